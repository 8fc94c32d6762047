import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import type { StoreOutcome } from "../../../src/application/ports/subscription-store.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { NOW } from "../../support/a-connection.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { type Intercept, interceptedTable, recordingTable } from "../../support/intercepted-table.ts";
import { openedUntil } from "../../support/life-stores.ts";
import {
  allowedUntil,
  DENIED,
  entities,
  heardBy,
  subscribeToAll,
  told,
  unsubscribeFromAll,
} from "../../support/many-subscriptions.ts";

describe.skipIf(!inject("containerEngine"))("a request that takes several transactions", () => {
  let table: DynamoTable;
  beforeAll(async () => {
    table = await createTable();
  });

  const stores = () => dynamoLifeStores(table);
  const heard = (...[connection, list]: [Awaited<ReturnType<typeof openedUntil>>, readonly EntityId[]]) =>
    heardBy(stores().subscriptions, connection, list);
  /** A store whose transactions a test counts from 1. */
  const storeWith = (intercept: (nth: number, pass: () => Promise<unknown>) => Promise<unknown>) => {
    let nth = 0;
    const counted: Intercept = (command, pass) => {
      if (!(command instanceof TransactWriteCommand)) return pass();
      nth += 1;
      return intercept(nth, pass);
    };
    return new DynamoSubscriptionStore(interceptedTable(table, counted));
  };
  /** Does something behind the first transaction. */
  const afterTheFirst = (work: () => Promise<unknown>) =>
    storeWith(async (nth, pass) => {
      const response = await pass();
      if (nth === 1) await work();
      return response;
    });

  it("reads the record before each of them, and has a hundred actions at most", async () => {
    const connection = await openedUntil(stores());
    const { table: recorded, requests, names } = recordingTable(table);
    const store = new DynamoSubscriptionStore(recorded);

    await subscribeToAll(store, connection, entities(250));

    expect(names()).toEqual(["Query", "TransactWrite", "Query", "TransactWrite", "Query", "TransactWrite"]);
    const sizes = requests.flatMap(({ input }) => ("TransactItems" in input ? (input.TransactItems as []).length : []));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  });

  it("is stale for the rest if one with a greater seq comes between", async () => {
    const connection = await openedUntil(stores());
    const list = entities(150);
    const store = afterTheFirst(() => unsubscribeFromAll(stores().subscriptions, connection, list, { seq: 2 }));

    const results = listOf(await subscribeToAll(store, connection, list, { seq: 1 }));

    expect(new Set(results)).toEqual(new Set(["subscribed", "stale"]));
    expect(results.indexOf("stale")).toBe(results.lastIndexOf("subscribed") + 1);
    expect(await heard(connection, list)).toEqual([]);
  });

  it("is stale for the rest of an unsubscribe too", async () => {
    const connection = await openedUntil(stores());
    const list = entities(150);
    await subscribeToAll(stores().subscriptions, connection, list);
    const store = afterTheFirst(() => subscribeToAll(stores().subscriptions, connection, list, { seq: 2 }));

    const results = listOf(await unsubscribeFromAll(store, connection, list, { seq: 1 }));

    expect(new Set(results)).toEqual(new Set(["unsubscribed", "stale"]));
    expect(await heard(connection, list)).toEqual(list);
  });

  it("is not stale by its own parts", async () => {
    const connection = await openedUntil(stores());
    const list = entities(150);

    const results = listOf(await subscribeToAll(stores().subscriptions, connection, list, { seq: 1 }));

    expect(new Set(results)).toEqual(new Set(["subscribed"]));
  });

  it("leaves nothing if the connection is closed between", async () => {
    const connection = await openedUntil(stores());
    const list = entities(150);
    const store = afterTheFirst(async () => {
      await stores().connections.close(connection.id, NOW);
      await stores().subscriptions.unsubscribeAll(connection.id);
    });

    expect(told(await subscribeToAll(store, connection, list))).toBe("not-connected");

    expect(await heard(connection, list)).toEqual([]);
  });

  it("attack:H4 is decided once, and again for the rest if another request comes between", async () => {
    const [alone, disturbed] = [await openedUntil(stores()), await openedUntil(stores())];
    const list = entities(150);
    const asked: number[] = [];
    const decide = async (_grants: unknown, entityIds: readonly EntityId[]) => {
      asked.push(entityIds.length);
      return entityIds.map(() => (asked.length < 3 ? allowedUntil() : DENIED));
    };
    await subscribeToAll(stores().subscriptions, alone, list, { decide });
    expect(asked).toEqual([150]);

    const store = afterTheFirst(() => subscribeToAll(stores().subscriptions, disturbed, entities(1)));
    const results = listOf(await subscribeToAll(store, disturbed, list, { decide }));

    expect(asked).toHaveLength(3);
    const taken = list.filter((_, index) => results[index] === "subscribed");
    expect(asked[2]).toBe(list.length - taken.length);
    expect(await heard(disturbed, list)).toEqual(taken);
    expect(results.filter((result) => result !== "subscribed")).toEqual(
      Array.from({ length: asked[2] ?? 0 }, () => DENIED),
    );
  });

  it("fault:L3 is not stale by a transaction of its own that the SDK sent twice", async () => {
    const connection = await openedUntil(stores());
    const list = entities(150);
    const store = storeWith(async (nth, pass) => {
      await pass();
      // The response was lost, and DynamoDB has forgotten the token of the first.
      if (nth === 1) throw cancelled("ConditionalCheckFailed");
      return {};
    });

    const results = listOf(await subscribeToAll(store, connection, list, { seq: 1 }));

    expect(new Set(results)).toEqual(new Set(["subscribed"]));
    expect(told(await subscribeToAll(store, connection, list, { seq: 1 }))).toBe("stale");
    expect(await heard(connection, list)).toEqual(list);
  });

  it("fault:L3 is not stale by an update of its own that the SDK sent twice", async () => {
    const connection = await openedUntil(stores());
    const list = entities(2);
    await subscribeToAll(stores().subscriptions, connection, list, { seq: 1 });
    let updates = 0;
    const store = new DynamoSubscriptionStore(
      interceptedTable(table, async (command, pass) => {
        const response = await pass();
        if (command instanceof UpdateCommand) updates += 1;
        if (command instanceof UpdateCommand && updates === 1) {
          throw new ConditionalCheckFailedException({ message: "", $metadata: {} });
        }
        return response;
      }),
    );

    expect(told(await subscribeToAll(store, connection, list, { seq: 2 }))).toEqual(["subscribed", "subscribed"]);
  });
});

/** The results of a request that was answered. */
function listOf(outcome: StoreOutcome<unknown>): readonly unknown[] {
  return outcome.kind === "answered" ? outcome.results : [outcome.kind];
}

function cancelled(...reasons: readonly string[]): Error {
  const CancellationReasons = reasons.map((Code) => ({ Code }));
  return new TransactionCanceledException({ message: "", $metadata: {}, CancellationReasons });
}
