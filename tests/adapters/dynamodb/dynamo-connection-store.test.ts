import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { toConnectionItem } from "../../../src/adapters/dynamodb/connection-item.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { connectionKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import { endSlot } from "../../../src/domain/connection/ending.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { describeConnectionStore } from "../../contracts/connection-store.contract.ts";
import { aConnection, aUserId, NOW } from "../../support/a-connection.ts";
import { CapacityMeter } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { faultyServer } from "../../support/faulty-server.ts";

describe.skipIf(!inject("containerEngine"))("DynamoConnectionStore", () => {
  let table: DynamoTable;
  let store: DynamoConnectionStore;
  beforeAll(async () => {
    table = await createTable();
    store = new DynamoConnectionStore(table);
  });

  const put = (item: Record<string, unknown>) =>
    table.documents.send(new PutCommand({ TableName: table.name, Item: item }));
  const get = async (id: ConnectionId) =>
    (await table.documents.send(new GetCommand({ TableName: table.name, Key: connectionKey(id) }))).Item;

  describeConnectionStore({
    makeStore: () => store,
    elsewhere: () => new DynamoConnectionStore(table),
    whenDown: async (outage) => new DynamoConnectionStore(tableAt(`http://127.0.0.1:${await faultyServer(outage)}`)),
  });

  describe("its table", () => {
    it("finds a connection by user id and by its end, and gives it to the TTL collector an hour after closesAt", async () => {
      const connection = aConnection();

      await store.open(connection, []);

      expect(await get(connection.id)).toMatchObject({
        pk: connection.id,
        GSI1PK: connection.identity.userId,
        GSI1SK: String(connection.expiresAt),
        endSlot: String(endSlot(connection.expiresAt)),
        ttl: NOW + 7080 + 3600,
      });
    });

    it("keeps a marker of a closed connection, without the user's name, in the index of ends", async () => {
      const connection = aConnection();
      await store.open(connection, []);

      await store.close(connection.id, NOW);

      const tombstone = { ...connectionKey(connection.id), closedAt: NOW, ttl: NOW + 3600, count: 0 };
      expect(await get(connection.id)).toEqual({ ...tombstone, endSlot: String(endSlot(connection.expiresAt)) });
    });

    it("fault:L8 skips items that it cannot read", async () => {
      const userId = aUserId();
      const connection = aConnection({ userId });
      const older = { ...toConnectionItem(aConnection({ userId })), connectedAt: "yesterday" };
      await put({ pk: "subscriber", sk: "subscription#x", GSI1PK: userId, GSI1SK: connection.expiresAt.toString() });
      await put(older);
      await store.open(connection, []);

      const page = await store.liveConnectionsOf(userId, NOW);

      const { token: _, ...listed } = connection;
      expect(page.items).toEqual([listed]);
    });

    it("fault:L8 takes no id from a record that it cannot read", async () => {
      const connection = aConnection();
      await put({ ...connectionKey(connection.id), GSI1PK: connection.identity.userId, GSI1SK: "user#" });

      expect(await store.open(connection, [])).toBe("taken");
    });
  });

  describe("its cost in capacity units", () => {
    const stranger = aConnection();
    const userId = aUserId();
    const crowd = Array.from({ length: 40 }, () => aConnection({ userId }));
    const count = (most: number) => store.countLive(userId, NOW, stranger.id, most);
    let meter: CapacityMeter;
    beforeAll(async () => {
      for (const connection of crowd) await store.open(connection, []);
      meter = new CapacityMeter(table.documents);
    });

    it.each([
      ["open: the record and its places in both indexes", { reads: 0, writes: 3 }, () => store.open(stranger, [])],
      ["a repeated open, refused by its condition", { reads: 0, writes: 1 }, () => store.open(stranger, [])],
      ["close", { reads: 0, writes: 2 }, () => store.close(stranger.id, NOW)],
      ["a repeated close", { reads: 0, writes: 1 }, () => store.close(stranger.id, NOW)],
      ["the number of a user's 40 connections", { reads: 1, writes: 0 }, () => count(50)],
      ["attack:N1 the number, up to 10, of a user's 40 connections", { reads: 0.5, writes: 0 }, () => count(10)],
      ["a user's 40 connections", { reads: 1, writes: 0 }, () => store.liveConnectionsOf(userId, NOW)],
      [
        "fault:L7 a user's 40 expired connections",
        { reads: 0, writes: 0 },
        () => store.liveConnectionsOf(userId, addSeconds(NOW, 7200)),
      ],
    ])("%s", async (_call, units, call) => {
      expect(await meter.measure(call)).toEqual(units);
    });
  });
});
