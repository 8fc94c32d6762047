import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import type { Seq } from "../../../src/domain/connection/seq.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { type Command, FakeTable } from "../../model/table/fake-table.ts";
import { NOW } from "../../support/a-connection.ts";
import { openedUntil, renewalOf } from "../../support/life-stores.ts";
import { ALLOW_ALL, subscribeOne } from "../../support/one-subscription.ts";

const WAITING = { pause: async () => undefined, now: () => 0 };

/** A store whose transactions have room for one row and a part; `between` runs after the first of them. */
async function inParts(between: (table: DynamoTable) => Promise<unknown>) {
  const fake = new FakeTable();
  const documentsOf = (send: (command: Command) => Promise<unknown>) => ({ send }) as never;
  const facts = { name: "table", index: "GSI1", budgetMillis: 900, changeBudgetMillis: 900 };
  const direct: DynamoTable = { documents: documentsOf(async (command) => fake.perform(command)), ...facts };
  let transactions = 0;
  const documents = documentsOf(async (command) => {
    const answer = fake.perform(command);
    if (command instanceof TransactWriteCommand) {
      transactions += 1;
      if (transactions === 1) await between(direct);
    }
    return answer;
  });
  const connections = new DynamoConnectionStore(direct);
  const connection = await openedUntil({ connections, subscriptions: new DynamoSubscriptionStore(direct) });
  const store = new DynamoSubscriptionStore({ documents, ...facts }, WAITING, 2);
  const subscribe = async (entities: readonly string[], limit: number, seq?: number) => {
    const { id: connectionId, identity } = connection;
    const entityIds = entities as readonly EntityId[];
    const request = { connectionId, userId: identity.userId, entityIds, seq: seq as Seq | undefined };
    const outcome = await store.subscribe(request, NOW, { limit, decide: ALLOW_ALL });
    return outcome.kind === "answered" ? outcome.results : outcome.kind;
  };
  return { connection, subscribe };
}

it("keeps what the first part of a request did when a greater seq comes before the rest", async () => {
  const world = await inParts(async (table) => {
    const renewal = { ...renewalOf(world.connection), seq: 6 as Seq };
    await new DynamoConnectionRenewals(table).renew(renewal, NOW, async () => undefined);
  });

  expect(await world.subscribe(["a", "b", "c"], 9, 5)).toEqual(["subscribed", "subscribed", "stale"]);
});

it("refuses for the limit only what has no place, also if a request subscribes to it meanwhile", async () => {
  const world = await inParts(async (table) => {
    const { id: connectionId, identity } = world.connection;
    const subscription = { connectionId, userId: identity.userId, entityId: "d" as EntityId };
    await subscribeOne(new DynamoSubscriptionStore(table), subscription, NOW);
  });

  expect(await world.subscribe(["a", "b", "c", "d"], 3)).toEqual([
    "subscribed",
    "subscribed",
    "limit-reached",
    "subscribed",
  ]);
});
