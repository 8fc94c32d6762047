import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { toConnectionItem } from "../../../src/adapters/dynamodb/connection-item.ts";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { connectionKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { describeConnectionRenewals } from "../../contracts/connection-renewals.contract.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId, aSubscription } from "../../support/a-subscription.ts";
import { CapacityMeter } from "../../support/capacity-meter.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { faultyServer } from "../../support/faulty-server.ts";
import { NEW_END, OLD_END, openedUntil, renewalOf } from "../../support/life-stores.ts";
import { subscribeOne } from "../../support/one-subscription.ts";

const nothing = async () => {};

describe.skipIf(!inject("containerEngine"))("DynamoConnectionRenewals", () => {
  let table: DynamoTable;
  beforeAll(async () => {
    table = await createTable();
  });

  const stores = () => dynamoLifeStores(table);
  const get = async ({ id }: Connection) =>
    (await table.documents.send(new GetCommand({ TableName: table.name, Key: connectionKey(id) }))).Item;

  describeConnectionRenewals({
    makeStores: stores,
    elsewhere: stores,
    whenDown: async (outage) => new DynamoConnectionRenewals(tableAt(`http://127.0.0.1:${await faultyServer(outage)}`)),
  });

  it("moves the copies of the end in both indexes, and leaves all else", async () => {
    const connection = await openedUntil(stores());
    const before = await get(connection);
    const renewal = renewalOf(connection);

    await stores().renewals.renew(renewal, NOW, nothing);

    const { token } = renewal;
    expect(await get(connection)).toEqual({
      ...before,
      issuedAt: token.issuedAt,
      tokenId: token.tokenId,
      tokenExpiresAt: NEW_END,
      expiresAt: NEW_END,
      GSI1SK: String(NEW_END),
      endSlot: String(NEW_END - (NEW_END % 10)),
      renewals: 1,
    });
  });

  it("fault:L8 renews a record of an older schema, which has no facts of its token, and lets TTL wait", async () => {
    const connection = aConnection({ expiresAt: OLD_END });
    const {
      issuer: _,
      tokenExpiresAt: _e,
      issuedAt: _a,
      tokenId: _i,
      endSlot: _s,
      firstEnd: _f,
      ...older
    } = toConnectionItem(connection);
    await table.documents.send(new PutCommand({ TableName: table.name, Item: { ...older, ttl: OLD_END } }));
    const renewal = renewalOf(connection);

    expect(await stores().renewals.renew(renewal, NOW, nothing)).toMatchObject({
      kind: "renewed",
      previous: { token: { expiresAt: OLD_END }, grants: [] },
    });

    expect(await get(connection)).toMatchObject({ expiresAt: NEW_END, ttl: NOW + 7080 + 3600 });
    const subscription = aSubscription(connection);
    expect(await subscribeOne(stores().subscriptions, subscription, NOW, { limit: 5 })).toBe("subscribed");
    const { items } = await stores().subscriptions.subscribersOf(subscription.entityId, OLD_END);
    expect(items).toEqual([{ ...subscription, expiresAt: NEW_END }]);
  });

  describe("its cost in capacity units", () => {
    let meter: CapacityMeter;
    beforeAll(() => {
      meter = new CapacityMeter(table.documents);
    });

    it.each([0, 1, 60])("is 5 writes and 1 read, with %i subscriptions", async (count) => {
      const connection = await openedUntil(stores());
      for (let n = 0; n < count; n += 1) {
        await subscribeOne(stores().subscriptions, aSubscription(connection, anEntityId()), NOW, { limit: count });
      }

      expect(await meter.measure(() => stores().renewals.renew(renewalOf(connection), NOW, nothing))).toEqual({
        reads: 1,
        writes: 5,
      });
    });

    it("is no write for a token that ends no later", async () => {
      const connection = await openedUntil(stores());
      const renewal = renewalOf(connection, { expiresAt: OLD_END });

      expect(await meter.measure(() => stores().renewals.renew(renewal, NOW, nothing))).toEqual({
        reads: 1,
        writes: 0,
      });
    });

    it("is 1 write if the connection has to end at the same time", async () => {
      const end = addSeconds(NOW, 7080);
      const connection = aConnection({ expiresAt: end });
      await stores().connections.open(connection, []);
      const renewal = renewalOf(connection, { expiresAt: addSeconds(end, 60) });

      expect(await meter.measure(() => stores().renewals.renew(renewal, NOW, nothing))).toEqual({
        reads: 1,
        writes: 1,
      });
    });
  });
});
