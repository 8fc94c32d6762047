import { expect, vi } from "vitest";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../src/domain/time.ts";
import { aUserId, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { inBatches } from "../support/in-batches.ts";
import { unsubscribeOne } from "../support/one-subscription.ts";
import { readAll } from "../support/read-all.ts";
import { StoreScenario, type Stores } from "../support/store-scenario.ts";
import { growUntilPaged } from "./grow-until-paged.ts";
import type { Suite } from "./suite.ts";

/** The port's promises about a fan-out's reads. */
export function describeSubscribers(makeStores: () => Stores, { describe, it, beforeEach }: Suite): void {
  let stores: StoreScenario;
  let crowd: ReturnType<typeof withManySubscribers> | undefined;
  beforeEach(() => {
    stores = new StoreScenario(makeStores());
  });

  describe("subscribersOf", () => {
    it.each([
      ["shown in its last second", 7079, 1],
      ["fault:L7 inv:19 hidden from the moment it expires", 7080, 0],
      ["fault:L7 hidden long after", 200_000, 0],
    ])("a subscription is %s", async (_row, seconds, count) => {
      const { entityIds } = await stores.subscribedUpTo(1);
      const [entityId = anEntityId()] = entityIds;

      expect(await stores.subscribersOf(entityId, addSeconds(NOW, seconds))).toHaveLength(count);
    });

    it("fault:J11 shows each subscriber once over all its pages, which are bounded", async () => {
      const { stores: same, entityId, members } = await theCrowd();

      const all = await same.subscribersOf(entityId);

      expect(all.map(({ connectionId }) => connectionId).sort()).toEqual(members.map(({ id }) => id).sort());
    });

    it("loses no subscriber when the last one of a page has gone", async () => {
      const { entityId, members, first, next } = await withManySubscribers(stores);

      await inBatches(first.items, (subscriber) => unsubscribeOne(stores.subscriptions, subscriber, NOW));
      const rest = await readAll((from) => stores.subscriptions.subscribersOf(entityId, NOW, from ?? next));

      expect(first.items.length + rest.length).toBe(members.length);
    });

    it.each([
      ["attack:E5 a user's id", (subscriber: Connection) => subscriber.identity.userId],
      ["attack:E5 a connection's id", (subscriber: Connection) => subscriber.id],
      ["attack:E4 the name of a record type", () => "connection"],
      ["attack:E4 a key of another kind", (subscriber: Connection) => `CONNECTION#${subscriber.id}`],
      ["attack:E4 a key of its own kind", () => "ENTITY#order-17"],
      ["attack:E13 a property of every object", () => "__proto__"],
      ["attack:H5 a wildcard", () => "*"],
      ["attack:E3 delimiters", () => "order#17|a:b/c\\d"],
      ["attack:E8 text outside ASCII", () => "caf\u00e9 \u{1f600}"],
      ["attack:E9 256 bytes", () => "x".repeat(256)],
    ])("takes %s to be an entity like any other", async (_row, spell) => {
      const subscriber = await stores.opened();
      const entityId = spell(subscriber) as EntityId;
      const other = await stores.opened();
      const own = new Set([subscriber.id, other.id]);
      // Subscribers of an earlier run are there too.
      const shown = async () =>
        (await stores.subscribersOf(entityId)).filter(({ connectionId }) => own.has(connectionId));
      await stores.subscribe(subscriber, entityId);
      await stores.subscribe(other, `${entityId.slice(0, 250)} ` as EntityId);

      expect(await shown()).toEqual([aSubscription(subscriber, entityId)]);
      await stores.closed(subscriber);
      expect(await shown()).toEqual([]);
      await stores.closed(other);
    });

    it("attack:E8 tells two Unicode forms of one word apart", async () => {
      const subscriber = await stores.opened();
      const entityId = `caf\u00e9 ${anEntityId()}`.normalize("NFC") as EntityId;
      await stores.subscribe(subscriber, entityId);

      expect(await stores.subscribersOf(entityId.normalize("NFD") as EntityId)).toEqual([]);
    });

    it.each(["", "x", "e30", "after:", "%", "W10", '["a"]', "x".repeat(10_000)])(
      "refuses %j, which is not a cursor of this store",
      async (cursor) => {
        await expect(stores.subscriptions.subscribersOf(anEntityId(), NOW, cursor)).rejects.toMatchObject({
          code: "MALFORMED_CURSOR",
        });
      },
    );

    it("shows no other entity's subscribers, for any cursor", async () => {
      const { stores: same, next } = await theCrowd();

      const stranger = await same.subscriptions.subscribersOf(anEntityId(), NOW, next);

      expect(stranger.items).toEqual([]);
    });
  });

  describe("subscribersAmong", () => {
    it("attack:I4 finds the subscribers among the named connections: at once, each once, none expired", async () => {
      const entityId = anEntityId();
      const [subscriber, left, closed, stranger] = [
        await stores.opened(),
        await stores.opened(),
        await stores.opened(),
        await stores.opened(),
      ];
      for (const connection of [subscriber, left, closed]) await stores.subscribe(connection, entityId);
      await stores.subscribe(stranger, anEntityId());
      await stores.unsubscribe(left, entityId);
      await stores.closed(closed);
      const named = [subscriber, left, closed, stranger, subscriber].map(({ id }) => id);
      const among = (now = NOW) => stores.subscriptions.subscribersAmong(named, entityId, now);

      expect(await among()).toEqual([aSubscription(subscriber, entityId)]);
      expect(await among(addSeconds(NOW, 7079))).toHaveLength(1);
      expect(await among(addSeconds(NOW, 7080))).toEqual([]);
      expect(await stores.subscriptions.subscribersAmong([], entityId, NOW)).toEqual([]);
    });

    it("finds 130 named connections", async () => {
      const entityId = anEntityId();
      const ids = await inBatches(Array.from({ length: 130 }), async () => {
        const subscriber = await stores.opened();
        await stores.subscribe(subscriber, entityId);
        return subscriber.id;
      });

      const found = await stores.subscriptions.subscribersAmong(ids, entityId, NOW);

      expect(found.map(({ connectionId }) => connectionId).sort()).toEqual(ids.toSorted());
    });
  });

  it("attack:E5 shares nothing between a user and an entity of one name", async () => {
    const connection = await stores.opened();
    const namesake = connection.identity.userId as string as EntityId;
    await stores.subscribe(connection, namesake);

    await vi.waitFor(
      async () => {
        const live = await readAll((from) =>
          stores.connections.liveConnectionsOf(connection.identity.userId, NOW, from),
        );
        const { token: _, ...listed } = connection;
        expect(live).toEqual([listed]);
      },
      { timeout: 3_000, interval: 10 },
    );
    expect(await stores.connections.liveConnectionsOf(aUserId(), NOW)).toEqual({ items: [] });
    expect(await stores.subscribersOf(connection.id as string as EntityId)).toEqual([]);
  });

  /** Shared by two tests that do not change it. */
  function theCrowd() {
    crowd ??= withManySubscribers(stores);
    return crowd;
  }
}

/** Strongly consistent: no wait is needed. */
async function withManySubscribers(stores: StoreScenario) {
  const entityId = anEntityId();
  const grown = await growUntilPaged(
    async () => {
      const connection = await stores.opened();
      await stores.subscribe(connection, entityId);
      return connection;
    },
    (from) => stores.subscriptions.subscribersOf(entityId, NOW, from),
    (holds) => holds(),
  );
  return { stores, entityId, ...grown };
}
