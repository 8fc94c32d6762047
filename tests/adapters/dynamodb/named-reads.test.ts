import { describe, expect, inject, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId, aSubscription } from "../../support/a-subscription.ts";
import { CapacityMeter } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { subscribeOne } from "../../support/one-subscription.ts";

describe.skipIf(!inject("containerEngine"))("naming a connection", () => {
  it("costs one read unit each, however many subscriptions there are", async () => {
    const table = await createTable();
    const connections = new DynamoConnectionStore(table);
    const subscriptions = new DynamoSubscriptionStore(table);
    const { userId } = aConnection().identity;
    const named = [aConnection({ userId }), aConnection({ userId })];
    const entityIds = Array.from({ length: 20 }, anEntityId);
    for (const connection of named) {
      await connections.open(connection, []);
      for (const entityId of entityIds) await subscribeOne(subscriptions, aSubscription(connection, entityId), NOW);
    }
    const meter = new CapacityMeter(table.documents);
    const ids = named.map(({ id }) => id);

    const asUser = await meter.measure(() => connections.liveConnectionsAmong(ids, userId, NOW));
    const asSubscriber = await meter.measure(() =>
      subscriptions.subscribersAmong(ids, entityIds[0] ?? anEntityId(), NOW),
    );

    expect([asUser, asSubscriber]).toEqual([
      { reads: 2, writes: 0 },
      { reads: 2, writes: 0 },
    ]);
  });
});
