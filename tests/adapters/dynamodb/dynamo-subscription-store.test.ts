import { BatchWriteCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { CallOptions, DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { entityPartition } from "../../../src/adapters/dynamodb/table-keys.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { describeSubscriptionStore } from "../../contracts/subscription-store.contract.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId, aSubscription } from "../../support/a-subscription.ts";
import { CapacityMeter, type Units } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { faultyServer } from "../../support/faulty-server.ts";
import { inBatches } from "../../support/in-batches.ts";
import { subscribeOne, unsubscribeOne } from "../../support/one-subscription.ts";

const LIMIT = 100;

describe.skipIf(!inject("containerEngine"))("DynamoSubscriptionStore", () => {
  let table: DynamoTable;
  let connections: DynamoConnectionStore;
  let subscriptions: DynamoSubscriptionStore;
  beforeAll(async () => {
    table = await createTable();
    connections = new DynamoConnectionStore(table);
    subscriptions = new DynamoSubscriptionStore(table);
  });

  const put = (item: Record<string, unknown>) =>
    table.documents.send(new PutCommand({ TableName: table.name, Item: item }));

  async function openedAndSubscribed(entityIds: readonly EntityId[]): Promise<Connection> {
    const connection = aConnection();
    await connections.open(connection, []);
    for (const entityId of entityIds)
      await subscribeOne(subscriptions, aSubscription(connection, entityId), NOW, { limit: LIMIT });
    return connection;
  }

  describeSubscriptionStore({
    makeStores: () => dynamoLifeStores(table),
    elsewhere: () => dynamoLifeStores(table),
    whenDown: async (outage) => new DynamoSubscriptionStore(tableAt(`http://127.0.0.1:${await faultyServer(outage)}`)),
  });

  it("fault:L8 skips items that it cannot read", async () => {
    const entityId = anEntityId();
    await put({ pk: entityPartition(entityId), sk: "no connection id", userId: "ann", connectedAt: 1, ttl: NOW + 1 });
    await put({ pk: entityPartition(entityId), sk: "gbgHYy9RVQAYKEj2kA==", ttl: NOW + 1 });
    // Records of the schema before parts: their connections are answered `not-connected`.
    await put({
      pk: entityPartition(entityId),
      sk: "hbgHYy9RVQAYKEj2kA==",
      userId: "ann",
      connectedAt: 1,
      ttl: NOW + 1,
    });

    expect(await subscriptions.subscribersOf(entityId, NOW)).toEqual({ items: [] });
  });

  it("fault:L8 delivers nothing to a row whose grant has an end that it cannot read", async () => {
    const entityId = anEntityId();
    const row = { pk: entityPartition(entityId), userId: "ann", connectedAt: 1, expiresAt: NOW + 60, part: 0 };
    await put({ ...row, sk: "readable=", grantedUntil: NOW + 30 });
    await put({ ...row, sk: "unreadable=", grantedUntil: "soon" });

    const { items } = await subscriptions.subscribersOf(entityId, NOW);
    expect(items.map(({ connectionId }) => connectionId)).toEqual(["readable="]);
  });

  it("fault:L4 sends again the items that DynamoDB left out of a batch", async () => {
    const entityIds = Array.from({ length: 30 }, anEntityId);
    const connection = await openedAndSubscribed(entityIds);
    const stingy = new DynamoSubscriptionStore(takingOnly((count) => Math.ceil(count / 2), table));

    await connections.close(connection.id, NOW);
    await stingy.unsubscribeAll(connection.id);

    const pages = await Promise.all(entityIds.map((entityId) => subscriptions.subscribersOf(entityId, NOW)));
    expect(pages.flatMap(({ items }) => items)).toEqual([]);
  });

  it("fault:L4 throws when DynamoDB leaves an item out for ever", async () => {
    const store = new DynamoSubscriptionStore({ ...takingOnly(() => 0, table), budgetMillis: 200 });

    await expect(store.unsubscribeAll(aConnection().id, anEntityId())).rejects.toMatchObject({
      dependency: "SUBSCRIPTION_STORE",
    });
  });

  describe("its cost in capacity units", () => {
    const entityId = anEntityId();
    const ten = Array.from({ length: 10 }, anEntityId);
    const crowded = anEntityId();
    let connection: Connection;
    let other: Connection;
    let meter: CapacityMeter;
    beforeAll(async () => {
      connection = await openedAndSubscribed([]);
      other = await openedAndSubscribed(ten);
      await inBatches(Array.from({ length: 100 }), () => openedAndSubscribed([crowded]));
      meter = new CapacityMeter(table.documents);
    });

    const subscribe = () => subscribeOne(subscriptions, aSubscription(connection, entityId), NOW, { limit: LIMIT });
    const unsubscribe = () => unsubscribeOne(subscriptions, aSubscription(connection, entityId), NOW);
    it.each<[string, Units, () => Promise<unknown>]>([
      ["subscribe: the row and the connection's record, no index", { reads: 1, writes: 4 }, subscribe],
      ["a repeated subscribe", { reads: 1, writes: 1 }, subscribe],
      ["a fan-out's read of one subscriber", { reads: 1, writes: 0 }, () => subscriptions.subscribersOf(entityId, NOW)],
      ["a fan-out's read of 100 subscribers", { reads: 5, writes: 0 }, () => subscriptions.subscribersOf(crowded, NOW)],
      ["unsubscribe", { reads: 1, writes: 4 }, unsubscribe],
      ["a repeated unsubscribe", { reads: 1, writes: 1 }, unsubscribe],
      [
        "closing: no read, however many subscriptions there are",
        { reads: 0, writes: 2 },
        () => connections.close(other.id, NOW),
      ],
      ["removing its 10 subscriptions", { reads: 1, writes: 10 }, () => subscriptions.unsubscribeAll(other.id)],
    ])("%s", async (_call, units, call) => {
      expect(await meter.measure(call)).toEqual(units);
    });
  });
});

/** The table behind a DynamoDB that accepts only this number of a batch's items and returns the rest. */
function takingOnly(taken: (count: number) => number, table: DynamoTable): DynamoTable {
  const send = async (command: BatchWriteCommand | QueryCommand, options: CallOptions) => {
    if (command instanceof QueryCommand) return table.documents.send(command, options);
    const batch = command.input.RequestItems?.[table.name] ?? [];
    const count = taken(batch.length);
    const accepted = new BatchWriteCommand({ RequestItems: { [table.name]: batch.slice(0, count) } });
    if (count > 0) await table.documents.send(accepted, options);
    return { UnprocessedItems: count < batch.length ? { [table.name]: batch.slice(count) } : {} };
  };
  return { ...table, documents: { send } as never };
}
