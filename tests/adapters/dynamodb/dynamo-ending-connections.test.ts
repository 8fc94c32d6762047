import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoEndingConnections } from "../../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { connectionKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import { endSlot } from "../../../src/domain/connection/ending.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { describeEndingConnections } from "../../contracts/ending-connections.contract.ts";
import { aConnectionId, NOW } from "../../support/a-connection.ts";
import { CapacityMeter, type Units } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { faultyServer } from "../../support/faulty-server.ts";
import { OLD_END, openedUntil } from "../../support/life-stores.ts";

describe.skipIf(!inject("containerEngine"))("DynamoEndingConnections", () => {
  let table: DynamoTable;
  beforeAll(async () => {
    table = await createTable();
  });

  const stores = () => dynamoLifeStores(table);
  const put = (item: Record<string, unknown>) =>
    table.documents.send(new PutCommand({ TableName: table.name, Item: item }));
  const get = async (id: ConnectionId) =>
    (await table.documents.send(new GetCommand({ TableName: table.name, Key: connectionKey(id) }))).Item;

  describeEndingConnections({
    makeStores: stores,
    elsewhere: stores,
    whenDown: async (outage) => new DynamoEndingConnections(tableAt(`http://127.0.0.1:${await faultyServer(outage)}`)),
  });

  it("leaves a marker without the user's name, and with all that a late request or a repeated end needs", async () => {
    const connection = await openedUntil(stores());

    await stores().endings.end(connection, "TOKEN_REVOKED", NOW);

    expect(await get(connection.id)).toEqual({
      ...connectionKey(connection.id),
      closedAt: NOW,
      ttl: NOW + 3600,
      count: 0,
      endedAs: "TOKEN_REVOKED",
      endedUserId: connection.identity.userId,
      tokenExpiresAt: OLD_END,
      endSlot: String(endSlot(OLD_END)),
    });
  });

  it("leaves nothing of it behind when the socket is closed", async () => {
    const connection = await openedUntil(stores());
    await stores().endings.end(connection, "TOKEN_REVOKED", NOW);

    await stores().connections.close(connection.id, NOW);

    const kept = { closedAt: NOW, ttl: NOW + 3600, count: 0, endSlot: String(endSlot(OLD_END)) };
    expect(await get(connection.id)).toEqual({ ...connectionKey(connection.id), ...kept });
  });

  it("fault:L8 skips items that it cannot read", async () => {
    const slot = endSlot(NOW);
    const [unknownCode, unreadable] = [aConnectionId(), aConnectionId()];
    await put({ ...connectionKey(unknownCode), endSlot: String(slot), closedAt: NOW, endedAs: "NO_SUCH_CODE" });
    await put({ ...connectionKey(unreadable), endSlot: String(slot), closedAt: "yesterday", endedAs: "TOKEN_EXPIRED" });
    await put({ pk: "no connection id", sk: "no connection id", endSlot: String(slot) });

    const { items } = await stores().endings.candidatesIn(slot);
    expect(items.map(({ id }) => id).toSorted()).toEqual([unknownCode, unreadable].toSorted());
    expect(await stores().endings.inspect([unknownCode, unreadable], NOW)).toEqual([]);
  });

  describe("its cost in capacity units", () => {
    /** Only this connection ends there. */
    const END = addSeconds(NOW, 3000);
    let connection: Connection;
    let meter: CapacityMeter;
    beforeAll(async () => {
      connection = await openedUntil(stores(), END);
      meter = new CapacityMeter(table.documents);
    });

    it.each<[string, Units, () => Promise<unknown>]>([
      ["a slot", { reads: 0.5, writes: 0 }, () => stores().endings.candidatesIn(endSlot(END))],
      ["the number in a slot", { reads: 0.5, writes: 0 }, () => stores().endings.countIn(endSlot(END))],
      ["a look at the record", { reads: 1, writes: 0 }, () => stores().endings.inspect([connection.id], NOW)],
      [
        "an end, as much as close",
        { reads: 0, writes: 2 },
        () => stores().endings.end(connection, "DISCONNECTED", NOW),
      ],
      ["a close after it", { reads: 0, writes: 1 }, () => stores().connections.close(connection.id, NOW)],
    ])("%s", async (_call, units, call) => {
      expect(await meter.measure(call)).toEqual(units);
    });
  });
});
