import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { DynamoRevocationList } from "../../src/adapters/dynamodb/dynamo-revocation-list.ts";
import { issuerId } from "../../src/adapters/issuer-id.ts";
import { makeCloseConnection } from "../../src/application/connections/open-and-close.ts";
import type { DecideAgain } from "../../src/application/ports/subscription-reviews.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import { endSlot } from "../../src/domain/connection/ending.ts";
import type { EntityPattern } from "../../src/domain/grants/grant.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../src/domain/time.ts";
import type { TokenId } from "../../src/domain/token/token-facts.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { createTable } from "../support/create-table.ts";
import { dynamoLifeStores } from "../support/dynamo-life-stores.ts";
import { framesOf, grantsOf, openedWith } from "../support/granted-world.ts";
import { renewalOf } from "../support/life-stores.ts";
import { subscribeOne, unsubscribeOne } from "../support/one-subscription.ts";
import { tablePermissions } from "../support/template-table.ts";

describe.skipIf(!inject("containerEngine"))("the permissions of a function's role on the table", () => {
  const used = new Set<string>();
  let stores: ReturnType<typeof dynamoLifeStores>;
  let connections: (typeof stores)["connections"];
  let subscriptions: (typeof stores)["subscriptions"];
  let endings: (typeof stores)["endings"];
  let revocations: DynamoRevocationList;
  let connection: Connection;
  beforeAll(async () => {
    const table = await createTable();
    table.documents.middlewareStack.add(
      (next, { commandName = "" }) =>
        (args) => {
          for (const permission of permissionsFor(commandName.replace("Command", ""), args.input)) used.add(permission);
          return next(args);
        },
      { step: "initialize", name: "permissions" },
    );
    stores = dynamoLifeStores(table);
    ({ connections, subscriptions, endings } = stores);
    revocations = new DynamoRevocationList(table);
  });

  const entityId = anEntityId();
  const subscribe = (id: EntityId) => subscribeOne(subscriptions, aSubscription(connection, id), NOW);
  const unsubscribe = (id: EntityId) => unsubscribeOne(subscriptions, aSubscription(connection, id), NOW);
  /** More subscriptions than the record holds, so that some names are in a part. */
  const many = Array.from({ length: 14 }, anEntityId);
  beforeEach(async () => {
    connection = await openedWith(stores, GRANTS);
    for (const id of [entityId, ...many]) await subscribe(id);
    used.clear();
  });

  /** One by one and many in a frame, by a policy that reads the administrators' list. */
  const subscribeMany = async () => {
    await stores.administered.entriesOf(connection.identity.userId);
    await Promise.all([entityId, ...Array.from({ length: 14 }, anEntityId)].map(subscribe));
    await framesOf(stores, connection).subscribe(Array.from({ length: 100 }, anEntityId));
  };
  const review = async (decide: DecideAgain) => {
    const { untold } = await stores.reviews.review(connection.id, NOW, { decide, decision: "d1" });
    if (untold !== undefined) await stores.reviews.forgetUntold(connection.id, untold);
  };
  const end = async () => {
    await endings.end(connection, "DISCONNECTED", NOW);
    await subscriptions.unsubscribeAll(connection.id);
  };
  const close = () =>
    makeCloseConnection({ connections, subscriptions, clock: new FixedClock(NOW * 1000) })(connection.id);
  it.each<[string, () => Promise<unknown>]>([
    [
      "Connect",
      async () => {
        await connections.countLive(connection.identity.userId, NOW, connection.id, 50);
        await connections.open(connection, GRANTS);
        await revocations.concerning({ userId: connection.identity.userId, token: connection.token });
        await connections.close(connection.id, NOW);
      },
    ],
    [
      "Authenticate",
      async () => {
        const { identity, token } = connection;
        const renewed = async (seconds: number, grants = GRANTS) => {
          const renewal = renewalOf(connection, { expiresAt: addSeconds(token.expiresAt, seconds) }, grants);
          await revocations.concerning({ userId: identity.userId, token: renewal.token });
          await stores.renewals.renew(renewal, NOW, async () => {});
          return renewal;
        };
        await renewed(1);
        const withOtherGrants = await renewed(2, grantsOf(2, 30));
        await stores.renewals.takeBack(withOtherGrants, { token, grants: GRANTS });
        await renewed(3, []);
      },
    ],
    [
      "Check",
      async () => {
        await connections.countLive(connection.identity.userId, NOW, undefined, 50);
        await revocations.concerning({ userId: connection.identity.userId, token: connection.token });
      },
    ],
    ["Disconnect", close],
    ["Subscribe", subscribeMany],
    ["Resume", subscribeMany],
    ["Unsubscribe", () => Promise.all([entityId, ...many, anEntityId()].map(unsubscribe))],
    [
      "DeliverPushes",
      async () => {
        await subscriptions.subscribersOf(entityId, NOW);
        await subscriptions.subscribersAmong([connection.id], entityId, NOW);
        await connections.liveConnectionsOf(connection.identity.userId, NOW);
        await connections.liveConnectionsAmong([connection.id], connection.identity.userId, NOW);
        await close();
      },
    ],
    [
      "Administer",
      async () => {
        const { userId } = connection.identity;
        await endings.countIn(endSlot(NOW));
        await endings.candidatesIn(endSlot(NOW));
        await endings.inspect([connection.id], NOW);
        await revocations.add({ kind: "user", userId, issuedBefore: NOW }, addSeconds(NOW, 60));
        await revocations.add({ kind: "issuer", issuer: issuerId("i"), issuedBefore: NOW }, addSeconds(NOW, 60));
        await revocations.add({ kind: "token", userId, tokenId: "t" as TokenId }, addSeconds(NOW, 60));
        await connections.liveConnectionsOf(userId, NOW);
        await connections.countLive(userId, NOW, connection.id, 10);
        const pattern = "*" as EntityPattern;
        await stores.administered.record({ kind: "grant", verb: "subscribe", userId, pattern, at: NOW });
        await review(async (_, ids) => ids.map((id) => (id === many[0] ? DENIED : ALLOWED)));
        await end();
      },
    ],
  ])("%s: what it does, and nothing else", async (functionName, perform) => {
    await perform();

    expect([...used].sort()).toEqual(tablePermissions(functionName));
  });
});

const GRANTS = grantsOf(1, 30);
const ALLOWED = { kind: "allowed", rule: "TEST" } as const;
const DENIED = { kind: "denied", rule: "TEST" } as const;

/** Actions in IAM's terms: a transaction needs the permissions of its parts, and none of its own. */
function permissionsFor(operation: string, input: object): readonly string[] {
  if (!("TransactItems" in input)) return [`dynamodb:${operation}${"IndexName" in input ? " index" : ""}`];
  const { TransactItems = [] } = input as TransactWriteCommandInput;
  return TransactItems.flatMap((item) => Object.keys(item).map((action) => `dynamodb:${action}Item`));
}
