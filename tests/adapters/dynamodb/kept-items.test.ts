import { PutCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { accessKey, accessPartition, grantsKey, untoldKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { EntityPattern } from "../../../src/domain/grants/grant.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { aUserId, NOW } from "../../support/a-connection.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { openedWith } from "../../support/granted-world.ts";
import { recordingTable } from "../../support/intercepted-table.ts";
import { renewalOf } from "../../support/life-stores.ts";
import {
  allowedUntil,
  DENIED,
  deciding,
  entities,
  grantsOf,
  subscribeToAll,
} from "../../support/many-subscriptions.ts";

type Item = Readonly<Record<string, unknown>>;

const GRANTS = grantsOf("subscribe:order-*");
const REMEMBERED = 45 * 86_400;
/** An hour after the last end that the connection can have. */
const COLLECTED = NOW + 7080 + 3600;

describe.skipIf(!inject("containerEngine"))("the items of the table", () => {
  let table: DynamoTable;
  beforeAll(async () => {
    table = await createTable();
  });

  const stores = () => dynamoLifeStores(table);
  const itemsOf = async (...ids: readonly string[]): Promise<readonly Item[]> => {
    const { Items = [] } = await table.documents.send(new ScanCommand({ TableName: table.name, ConsistentRead: true }));
    return Items.filter(({ pk, sk }) => ids.includes(String(pk)) || ids.includes(String(sk)));
  };
  const keysOf = async ({ id }: Connection) => (await itemsOf(id)).map(({ sk }) => String(sk)).toSorted();

  /** A connection with grants, parts, a bounded row, a queue and a note. */
  async function withEverything(): Promise<Connection> {
    const connection = await openedWith(stores(), GRANTS);
    const [bounded, gone, ...others] = entities(40);
    const list = [bounded, gone, ...others] as readonly EntityId[];
    const decide = deciding((entityId) => allowedUntil(entityId === bounded ? addSeconds(NOW, 60) : undefined));
    await subscribeToAll(stores().subscriptions, connection, list, { decide, seq: 3 });
    await Promise.all(others.slice(0, 4).map((id) => subscribeToAll(stores().subscriptions, connection, [id])));
    await stores().reviews.review(connection.id, NOW, {
      decide: async (_requester, entityIds) => entityIds.map((id) => (id === gone ? DENIED : allowedUntil())),
      decision: "d1",
    });
    return connection;
  }

  it("of a connection are all given to the TTL collector, an hour after closesAt", async () => {
    const connection = await withEverything();

    const items = await itemsOf(connection.id);

    const kinds = items.filter(({ pk }) => pk === connection.id).map(({ sk }) => String(sk).replace(/\d+$/, ""));
    const expected = ["connection", "connection#grants", "connection#queue", "part#", "untold"];
    expect([...new Set(kinds)].toSorted()).toEqual(expected);
    expect(items.filter(({ ttl }) => ttl !== COLLECTED)).toEqual([]);
  });

  it("are left when a connection was closed: its marker, and its grants, which TTL removes for nothing", async () => {
    const connection = await withEverything();

    await stores().connections.close(connection.id, NOW);
    await stores().subscriptions.unsubscribeAll(connection.id);

    expect(await keysOf(connection)).toEqual(["connection", grantsKey(connection.id).sk]);
  });

  it("tell nothing of grants and order in the marker of a closed connection", async () => {
    const connection = await withEverything();
    await stores().connections.close(connection.id, NOW);

    const marker = (await itemsOf(connection.id)).find(({ pk, sk }) => pk === connection.id && sk === "connection");

    const names = Object.keys(marker ?? {}).toSorted();
    expect(names).toEqual(
      ["closedAt", "count", "endSlot", "names", "pk", "sk", "ttl"].filter((one) => names.includes(one)),
    );
  });

  it("are no grants where a token has none, and none behind a renewal without", async () => {
    const [without, renewed] = [await openedWith(stores()), await openedWith(stores(), GRANTS)];
    const renewal = renewalOf(renewed, { expiresAt: addSeconds(renewed.token.expiresAt, 60) });
    await stores().renewals.renew(renewal, NOW, async () => {});

    expect([await keysOf(without), await keysOf(renewed)]).toEqual([["connection"], ["connection"]]);
  });

  it("are no note when a client was told", async () => {
    const connection = await withEverything();
    const again = {
      decide: async (_: unknown, ids: readonly EntityId[]) => ids.map(() => allowedUntil()),
      decision: "d2",
    };
    const { untold } = await stores().reviews.review(connection.id, NOW, again);

    if (untold !== undefined) await stores().reviews.forgetUntold(connection.id, untold);

    expect(await keysOf(connection)).not.toContain(untoldKey(connection.id).sk);
  });

  it.each<[string, readonly (readonly ["grant" | "withdrawal", string, number, number?])[], number | undefined]>([
    ["a grant never", [["grant", "a", 0]], undefined],
    ["a grant 45 days after its end", [["grant", "a", 0, 60]], 60 + REMEMBERED],
    ["a withdrawal after 45 days", [["withdrawal", "a", 5]], 5 + REMEMBERED],
    [
      "a withdrawn grant 45 days after its end",
      [
        ["grant", "a", 0, 60],
        ["withdrawal", "a", 5],
      ],
      60 + REMEMBERED,
    ],
    ["the withdrawal of a wildcard never", [["withdrawal", "a*", 5]], undefined],
    [
      "a grant behind a withdrawal never",
      [
        ["withdrawal", "a", 5],
        ["grant", "a", 6],
      ],
      undefined,
    ],
  ])("of administrators are forgotten: %s", async (_what, events, ttl) => {
    const userId = aUserId();
    for (const [kind, pattern, at, until] of events) {
      await stores().administered.record({
        ...{ kind, userId, verb: "subscribe", pattern: pattern as EntityPattern, at: addSeconds(NOW, at) },
        ...(until !== undefined && { until: addSeconds(NOW, until) }),
      });
    }

    const [item] = await itemsOf(accessPartition(userId));
    expect(item?.["ttl"]).toBe(ttl === undefined ? undefined : NOW + ttl);
  });

  it.each([
    ["no grant", { sk: "order-17", version: 1, grantedAt: NOW }],
    ["another verb", { sk: "publish:order-17", version: 1, grantedAt: NOW }],
    ["no version", { sk: "subscribe:order-17", grantedAt: NOW }],
  ])("attack:H4 of administrators may be withdrawals: with one that has %s no access is told", async (_what, item) => {
    const userId = aUserId();
    await table.documents.send(
      new PutCommand({ TableName: table.name, Item: { pk: accessPartition(userId), ...item } }),
    );

    await expect(stores().administered.entriesOf(userId)).rejects.toMatchObject({ dependency: "ACCESS_LIST" });
  });

  it("attack:H4 of administrators are read strongly, page by page", async () => {
    const userId = aUserId();
    const grant = { verb: "subscribe", pattern: "order-17" as EntityPattern } as const;
    await stores().administered.record({ ...grant, kind: "grant", userId, at: NOW });
    const { table: recorded, requests } = recordingTable(table);
    const start = accessKey(userId, { ...grant, pattern: "a" as EntityPattern });
    const paged = {
      ...recorded,
      documents: {
        send: async (command: { readonly input: { readonly ExclusiveStartKey?: object } }, options: object) => {
          const response = await recorded.documents.send(command as never, options as never);
          const isFirst = command.input.ExclusiveStartKey === undefined;
          return isFirst ? { Items: [], LastEvaluatedKey: start } : response;
        },
      } as never,
    };

    expect(await dynamoLifeStores(paged).administered.entriesOf(userId)).toHaveLength(1);

    expect(requests.map(({ input }) => input)).toEqual([
      expect.objectContaining({ ConsistentRead: true }),
      expect.objectContaining({ ConsistentRead: true, ExclusiveStartKey: start }),
    ]);
  });
});
