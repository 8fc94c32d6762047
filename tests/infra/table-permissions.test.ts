import type { TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { DynamoConnectionRenewals } from "../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoEndingConnections } from "../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import { DynamoRevocationList } from "../../src/adapters/dynamodb/dynamo-revocation-list.ts";
import { DynamoSubscriptionStore } from "../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { issuerId } from "../../src/adapters/issuer-id.ts";
import { makeCloseConnection } from "../../src/application/connections/open-and-close.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import { endSlot } from "../../src/domain/connection/ending.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../src/domain/time.ts";
import type { TokenId } from "../../src/domain/token/token-facts.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { aConnection, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { createTable } from "../support/create-table.ts";
import { tablePermissions } from "../support/template-table.ts";

describe.skipIf(!inject("containerEngine"))("the permissions of a function's role on the table", () => {
  const used = new Set<string>();
  let connections: DynamoConnectionStore;
  let subscriptions: DynamoSubscriptionStore;
  let endings: DynamoEndingConnections;
  let revocations: DynamoRevocationList;
  let renewals: DynamoConnectionRenewals;
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
    connections = new DynamoConnectionStore(table);
    subscriptions = new DynamoSubscriptionStore(table);
    endings = new DynamoEndingConnections(table);
    revocations = new DynamoRevocationList(table);
    renewals = new DynamoConnectionRenewals(table);
  });

  const entityId = anEntityId();
  const subscribe = (id: EntityId) => subscriptions.subscribe(aSubscription(connection, id), NOW, 100);
  const unsubscribe = (id: EntityId) => subscriptions.unsubscribe(aSubscription(connection, id), NOW);
  /** More subscriptions than the record holds, so that some names are in a part. */
  const many = Array.from({ length: 14 }, anEntityId);
  beforeEach(async () => {
    connection = aConnection();
    await connections.open(connection);
    for (const id of [entityId, ...many]) await subscribe(id);
    used.clear();
  });

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
        await connections.open(connection);
        await revocations.concerning({ userId: connection.identity.userId, token: connection.token });
        await connections.close(connection.id, NOW);
      },
    ],
    [
      "Authenticate",
      async () => {
        const { id, connectedAt, identity, token } = connection;
        const later = { ...token, expiresAt: addSeconds(token.expiresAt, 60) };
        const renewal = { connectionId: id, connectedAt, userId: identity.userId, token: later };
        await revocations.concerning({ userId: identity.userId, token: later });
        await renewals.renew(renewal, NOW);
        await renewals.takeBack(renewal, token);
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
    ["Subscribe", () => Promise.all([entityId, ...Array.from({ length: 14 }, anEntityId)].map(subscribe))],
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
        await endings.idsIn(endSlot(NOW));
        await endings.inspect([connection.id], NOW);
        await revocations.add({ kind: "user", userId, issuedBefore: NOW }, addSeconds(NOW, 60));
        await revocations.add({ kind: "issuer", issuer: issuerId("i"), issuedBefore: NOW }, addSeconds(NOW, 60));
        await revocations.add({ kind: "token", userId, tokenId: "t" as TokenId }, addSeconds(NOW, 60));
        await connections.liveConnectionsOf(userId, NOW);
        await connections.countLive(userId, NOW, connection.id, 10);
        await end();
      },
    ],
  ])("%s: what it does, and nothing else", async (functionName, perform) => {
    await perform();

    expect([...used].sort()).toEqual(tablePermissions(functionName));
  });
});

/** Actions in IAM's terms: a transaction needs the permissions of its parts, and none of its own. */
function permissionsFor(operation: string, input: object): readonly string[] {
  if (!("TransactItems" in input)) return [`dynamodb:${operation}${"IndexName" in input ? " index" : ""}`];
  const { TransactItems = [] } = input as TransactWriteCommandInput;
  return TransactItems.flatMap((item) => Object.keys(item).map((action) => `dynamodb:${action}Item`));
}
