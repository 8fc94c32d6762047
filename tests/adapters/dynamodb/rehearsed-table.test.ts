import type { Socket } from "node:net";
import { expect, it, onTestFinished, vi } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { rehearsedTable } from "../../../src/adapters/dynamodb/rehearsed-table.ts";
import { rehearsedConnection } from "../../../src/application/rehearsal.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { aConnection, aUserId, NOW } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { ManagementApiStandIn, withStatus } from "../../support/management-api-stand-in.ts";
import { subscribeOne, unsubscribeOne } from "../../support/one-subscription.ts";

const made = rehearsedConnection((NOW * 1000) as EpochMillis);
const { connection, subscription } = made;

/** A table whose service accepts all requests, and its stores for a rehearsal. */
async function rehearsal() {
  const service = await new ManagementApiStandIn().start();
  onTestFinished(() => service.stop());
  service.answer = withStatus(200, "{}");
  const table = tableAt(service.origin);
  return { service, table, ...storesOf(rehearsedTable(table, made)) };
}

function storesOf(table: DynamoTable) {
  return { connections: new DynamoConnectionStore(table), subscriptions: new DynamoSubscriptionStore(table) };
}

it("sends one unsigned GET /ping in place of all requests", async () => {
  const { service, connections, subscriptions } = await rehearsal();

  await connections.open(connection, []);
  await subscribeOne(subscriptions, subscription, NOW, { limit: 1 });
  await connections.close(connection.id, NOW);
  await subscriptions.unsubscribeAll(connection.id);

  expect(service.received.map(({ method, url, body }) => ({ method, url, body: String(body) }))).toEqual([
    { method: "GET", url: "/ping", body: "" },
  ]);
  expect(Object.keys(service.received[0]?.headers ?? {}).toSorted()).toEqual(["connection", "host"]);
});

it("knows the rehearsed connection and its subscription", async () => {
  const { connections, subscriptions } = await rehearsal();

  expect(await connections.open(connection, [])).toBe("stored");
  expect(await subscribeOne(subscriptions, subscription, NOW, { limit: 1 })).toBe("subscribed");
  expect(await unsubscribeOne(subscriptions, subscription, NOW)).toBe("unsubscribed");
  expect((await subscriptions.subscribersOf(subscription.entityId, NOW)).items).toEqual([subscription]);
  const { token: _, ...listed } = connection;
  expect((await connections.liveConnectionsOf(subscription.userId, NOW)).items).toEqual([listed]);
});

it("knows no other connection", async () => {
  const { subscriptions } = await rehearsal();

  const { id, connectedAt, expiresAt } = aConnection();
  const other = { entityId: anEntityId(), connectionId: id, userId: aUserId(), connectedAt, expiresAt };

  expect(await subscribeOne(subscriptions, other, NOW, { limit: 1 })).toBe("not-connected");
});

it("opens the connection that the first real request uses, and leaves the real table as it was", async () => {
  const { service, table, connections } = await rehearsal();
  await connections.open(connection, []);

  expect(await storesOf(table).connections.open(aConnection(), [])).toBe("stored");

  expect(service.received.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /ping", "POST /"]);
  expect(service.socketsOpened).toBe(1);
});

it.each([
  ["404", withStatus(404, "not found")],
  ["500", withStatus(500)],
  ["a page", withStatus(200, "<html>".repeat(10_000))],
])("accepts %s as a response to the ping", async (_title, answer) => {
  const { service, connections } = await rehearsal();
  service.answer = answer;

  expect(await connections.open(connection, [])).toBe("stored");
});

it("fault:L1 throws like the real table if no connection opens", async () => {
  const { connections } = storesOf(rehearsedTable(tableAt("http://127.0.0.1:1"), made));

  await expect(connections.open(connection, [])).rejects.toThrow("CONNECTION_STORE is unavailable");
});

it("fault:L1 throws within its time if no response comes, and closes the connection", async () => {
  const { service, connections } = await rehearsal();
  let socket: Socket | null = null;
  service.answer = (response) => {
    socket = response.socket;
  };

  await expect(connections.open(connection, [])).rejects.toMatchObject({ cause: { name: "TimeoutError" } });
  await vi.waitFor(() => expect(socket?.destroyed).toBe(true));
});
