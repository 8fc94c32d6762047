import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { grantsKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { Grants } from "../../../src/domain/grants/grant.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { interceptedTable } from "../../support/intercepted-table.ts";
import { NEW_END, OLD_END, renewalOf } from "../../support/life-stores.ts";
import {
  allowedUntil,
  DENIED,
  entities,
  grantsOf,
  heardBy,
  subscribeToAll,
  told,
} from "../../support/many-subscriptions.ts";

type Item = Readonly<Record<string, unknown>>;

const [OLD, NEW] = [grantsOf("subscribe:old-*"), grantsOf("subscribe:new-*")];
const nothing = async () => {};

/** A read of several items may see a part of a transaction (developer guide, Isolation levels). */
describe.skipIf(!inject("containerEngine"))("a read that sees half of a transaction", () => {
  let table: DynamoTable;
  let connection: Connection;
  beforeAll(async () => {
    table = await createTable();
  });
  beforeEach(async () => {
    const first = aConnection({ expiresAt: OLD_END });
    const { token } = renewalOf(first, { expiresAt: OLD_END }, OLD);
    connection = { ...first, token };
    await stores().connections.open(connection, OLD);
  });

  const stores = () => dynamoLifeStores(table);
  const renew = (more = 0, grants: Grants = NEW) =>
    stores().renewals.renew(renewalOf(connection, { expiresAt: addSeconds(NEW_END, more) }, grants), NOW, nothing);

  /** Stores whose first reads see what `change` makes of the items; the number of reads. */
  function seeing(change: (items: readonly Item[]) => readonly Item[], times = 1, budgets: Partial<DynamoTable> = {}) {
    let reads = 0;
    const half = interceptedTable({ ...table, ...budgets }, async (command, pass) => {
      const response = (await pass()) as { readonly Items?: readonly Item[]; readonly Item?: Item };
      if (command instanceof QueryCommand && response.Items) {
        reads += 1;
        return reads <= times ? { ...response, Items: change(response.Items) } : response;
      }
      if (command instanceof GetCommand && response.Item) {
        reads += 1;
        return reads <= times ? { Item: change([response.Item])[0] } : response;
      }
      return response;
    });
    return { ...dynamoLifeStores(half), reads: () => reads };
  }

  const isGrants = ({ sk }: Item) => sk === grantsKey(connection.id).sk;
  const withOldGrants = (items: readonly Item[]) =>
    items.map((item) => (isGrants(item) ? { ...item, grants: ["subscribe:old-*"] } : item));
  const withoutGrants = (items: readonly Item[]) => items.filter((item) => !isGrants(item));
  const withoutParts = (items: readonly Item[]) => items.filter(({ sk }) => !String(sk).startsWith("part#"));

  it.each([
    ["the grants before it", withOldGrants],
    ["no grants yet", withoutGrants],
  ])("attack:H4 decides no subscribe by %s", async (_what, half) => {
    await renew();
    const { subscriptions, reads } = seeing(half);
    const asked: Grants[] = [];

    const outcome = await subscribeToAll(subscriptions, connection, entities(1), {
      decide: async (grants) => {
        asked.push(grants);
        return [allowedUntil()];
      },
    });

    expect([told(outcome), asked, reads()]).toEqual([["subscribed"], [NEW], 2]);
  });

  it("attack:H4 decides no review by the grants before it", async () => {
    await renew();
    await subscribeToAll(stores().subscriptions, connection, entities(1));
    const { reviews, reads } = seeing(withOldGrants);
    const asked: Grants[] = [];

    await reviews.review(connection.id, NOW, {
      decide: async ({ grants }) => {
        asked.push(grants);
        return [allowedUntil()];
      },
      decision: "d1",
    });

    expect([asked, reads()]).toEqual([[NEW], 2]);
  });

  it("attack:H4 hides no subscription from a review", async () => {
    const list = entities(60);
    await subscribeToAll(stores().subscriptions, connection, list);
    const { reviews, reads } = seeing(withoutParts);

    const { denied } = await reviews.review(connection.id, NOW, {
      decide: async (_requester, entityIds) => entityIds.map(() => DENIED),
      decision: "d1",
    });

    expect([denied.length, reads()]).toEqual([60, 2]);
    expect(await heardBy(stores().subscriptions, connection, list)).toEqual([]);
  });

  it("tells a renewal that is taken back no grants that were never the record's", async () => {
    await renew();
    const { renewals } = seeing((items) => withOldGrants(items), 2);

    const later = renewalOf(connection, { expiresAt: addSeconds(NEW_END, 60) }, OLD);
    const outcome = await renewals.renew(later, NOW, nothing);

    expect(outcome).toMatchObject({ kind: "renewed", previous: { grants: NEW } });
  });

  it.each([
    ["a subscribe", "SUBSCRIPTION_STORE"],
    ["a review", "SUBSCRIPTION_STORE"],
    ["a renewal", "CONNECTION_STORE"],
  ])("fault:L1 is an outage for %s if it stays so, and writes nothing", async (what, dependency) => {
    await renew();
    const list = entities(1);
    await subscribeToAll(stores().subscriptions, connection, list);
    const half = seeing(withOldGrants, Number.POSITIVE_INFINITY, { budgetMillis: 300, changeBudgetMillis: 300 });
    const call = {
      "a subscribe": () => subscribeToAll(half.subscriptions, connection, entities(1)),
      "a review": () => half.reviews.review(connection.id, NOW, { decide: async () => [DENIED], decision: "d1" }),
      "a renewal": () =>
        half.renewals.renew(renewalOf(connection, { expiresAt: addSeconds(NEW_END, 60) }), NOW, nothing),
    }[what];

    await expect(call?.()).rejects.toMatchObject({ dependency });

    expect(await heardBy(stores().subscriptions, connection, list)).toEqual(list);
    expect(await stores().endings.inspect([connection.id], NOW)).toMatchObject([
      { connection: { expiresAt: NEW_END } },
    ]);
  });
});
