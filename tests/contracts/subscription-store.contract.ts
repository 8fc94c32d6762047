import fc from "fast-check";
import { expect } from "vitest";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochMillis } from "../../src/domain/time.ts";
import { aConnection, aUserId, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { inBatches } from "../support/in-batches.ts";
import { after, inRounds } from "../support/in-rounds.ts";
import { isLinearizable } from "../support/is-linearizable.ts";
import type { LifeStores } from "../support/life-stores.ts";
import { subscribeOne, unsubscribeOne } from "../support/one-subscription.ts";
import { LIMIT, StoreScenario } from "../support/store-scenario.ts";
import { describeEntityLists } from "./entity-lists.contract.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { untilDropped } from "./own-clock.ts";
import { describeSubscribers } from "./subscribers.contract.ts";
import { type Suite, VITEST } from "./suite.ts";

export type SubscriptionStoreSubject = {
  /** All stores of one table. Tests may share it, it may hold data of earlier runs, and another run may use it. */
  readonly makeStores: () => LifeStores;
  /** The same table, seen from another process. Absent if no other process can reach it. */
  readonly elsewhere?: () => LifeStores;
  readonly whenDown: WhenDown<SubscriptionStore>;
};

/** The reasons why a connection is not connected, each with the seconds until the reason holds. */
const NOT_CONNECTED: readonly [string, (stores: StoreScenario) => Promise<Connection>, number][] = [
  ["attack:H7 that was never opened", async () => aConnection(), 0],
  ["attack:H7 whose time is over", (stores) => stores.opened(), 7080],
  ["attack:H7 that another user has", async (stores) => ({ ...aConnection(), id: (await stores.opened()).id }), 0],
  [
    "fault:M3 that was closed",
    async (stores) => {
      const connection = await stores.opened();
      await stores.connections.close(connection.id, NOW);
      return connection;
    },
    0,
  ],
  [
    "fault:M1 that was closed before it was opened",
    async (stores) => {
      const connection = aConnection();
      await stores.connections.close(connection.id, NOW);
      await stores.connections.open(connection, []);
      return connection;
    },
    0,
  ],
];

/** Every sentence of the port's comment except those about faults, which tests/model has. Each test makes ids of its own. */
export function describeSubscriptionStore(
  { makeStores, elsewhere, whenDown }: SubscriptionStoreSubject,
  suite: Suite = VITEST,
): void {
  const { describe, it, beforeEach } = suite;
  let stores: StoreScenario;
  let early: Promise<{ stores: StoreScenario; entityIds: readonly EntityId[]; since: number }> | undefined;
  beforeEach(async () => {
    stores = new StoreScenario(makeStores());
    early ??= subscribedEarly(stores);
    await early;
  });

  describe("subscribe", () => {
    it("fault:8 shows a subscription to the fan-out at once, with all its fields", async () => {
      const connection = await stores.opened();
      const subscription = aSubscription(connection);

      expect(await subscribeOne(stores.subscriptions, subscription, NOW, { limit: LIMIT })).toBe("subscribed");

      expect(await stores.subscribersOf(subscription.entityId)).toEqual([subscription]);
    });

    it("ends with its connection's record, whatever end the caller gives", async () => {
      const connection = await stores.opened();
      const subscription = aSubscription(connection);
      const connectedAt = (connection.connectedAt + 1000) as EpochMillis;
      const claimed = { ...subscription, connectedAt, expiresAt: addSeconds(connection.expiresAt, 3600) };

      await subscribeOne(stores.subscriptions, claimed, NOW, { limit: LIMIT });

      expect(await stores.subscribersOf(subscription.entityId)).toEqual([subscription]);
    });

    it("attack:H6 makes one subscription, however often it is repeated", async () => {
      const connection = await stores.opened();
      const entityId = anEntityId();
      await stores.subscribe(connection, entityId);

      expect(await stores.subscribe(connection, entityId)).toBe("subscribed");

      expect(await stores.subscribersOf(entityId)).toHaveLength(1);
    });

    it("subscribes one connection, not its user's others", async () => {
      const userId = aUserId();
      const subscriber = await stores.opened({ userId });
      await stores.opened({ userId });
      const entityId = anEntityId();

      await stores.subscribe(subscriber, entityId);

      expect((await stores.subscribersOf(entityId)).map(({ connectionId }) => connectionId)).toEqual([subscriber.id]);
    });

    it.each(NOT_CONNECTED)("refuses a connection %s, and leaves nothing behind", async (_row, prepare, seconds) => {
      const connection = await prepare(stores);
      const entityId = anEntityId();

      expect(await stores.subscribe(connection, entityId, addSeconds(NOW, seconds))).toBe("not-connected");

      expect(await stores.subscribersOf(entityId)).toEqual([]);
    });

    it("makes no connection of one that was never opened", async () => {
      const connection = aConnection();
      await stores.subscribe(connection, anEntityId());

      expect(await stores.connections.open(connection, [])).toBe("stored");
    });

    it("leaves nothing of a refusal that a later close would find", async () => {
      const { connection } = await stores.subscribedUpTo(LIMIT);
      const refused = anEntityId();
      await stores.subscribe(connection, refused);
      await stores.unsubscribe(connection, refused);

      expect(await stores.subscribe(connection, anEntityId())).toBe("limit-reached");
    });

    it("attack:H6 refuses one subscription more than the limit, and leaves nothing behind", async () => {
      const { connection } = await stores.subscribedUpTo(LIMIT);
      const entityId = anEntityId();

      expect(await stores.subscribe(connection, entityId)).toBe("limit-reached");

      expect(await stores.subscribersOf(entityId)).toEqual([]);
    });

    it("attack:H6 accepts a repeated subscribe at any limit", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(LIMIT);
      const [entityId = anEntityId()] = entityIds;

      expect(await stores.subscribe(connection, entityId)).toBe("subscribed");

      expect(await stores.subscribersOf(entityId)).toHaveLength(1);
    });

    it("attack:H6 has room again after an unsubscribe", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(LIMIT);
      const [entityId = anEntityId()] = entityIds;

      await stores.unsubscribe(connection, entityId);

      expect(await stores.subscribe(connection, anEntityId())).toBe("subscribed");
    });

    it("inv:15 keeps to the limit with any number of concurrent requests", async () => {
      const connection = await stores.opened();
      const entityIds = Array.from({ length: 4 * LIMIT }, anEntityId);

      const answers = await Promise.all(entityIds.map((entityId) => stores.subscribe(connection, entityId)));

      const subscribed = entityIds.filter((_, n) => answers[n] === "subscribed");
      const shown = (await Promise.all(entityIds.map((entityId) => stores.subscribersOf(entityId)))).flat();
      expect(subscribed).toHaveLength(LIMIT);
      expect(shown.map(({ entityId }) => entityId).sort()).toEqual([...subscribed].sort());
    });
  });

  describe("unsubscribe", () => {
    it("ends a subscription, also when repeated", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(2);
      const [left = anEntityId(), kept = anEntityId()] = entityIds;
      expect(await stores.unsubscribe(connection, left)).toBe("unsubscribed");
      expect(await stores.unsubscribe(connection, left)).toBe("unsubscribed");

      expect(await stores.subscribersOf(left)).toEqual([]);
      expect(await stores.subscribersOf(kept)).toHaveLength(1);
    });

    it("attack:H3 leaves the subscriptions of another connection", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(1);
      const [entityId = anEntityId()] = entityIds;
      const stranger = await stores.opened();

      await stores.unsubscribe(stranger, entityId);

      expect((await stores.subscribersOf(entityId)).map(({ connectionId }) => connectionId)).toEqual([connection.id]);
    });

    it("succeeds without a subscription", async () => {
      expect(await stores.unsubscribe(await stores.opened(), anEntityId())).toBe("unsubscribed");
    });

    it.each(NOT_CONNECTED)("tells a connection %s that it is not connected", async (_row, prepare, seconds) => {
      const connection = await prepare(stores);

      expect(await stores.unsubscribe(connection, anEntityId(), addSeconds(NOW, seconds))).toBe("not-connected");
    });

    it("makes no connection of one that was never opened", async () => {
      const connection = aConnection();
      await stores.unsubscribe(connection, anEntityId());

      expect(await stores.connections.open(connection, [])).toBe("stored");
    });

    it("attack:H8 refuses another user's request for a connection", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(1);
      const [entityId = anEntityId()] = entityIds;

      expect(await stores.unsubscribe(aConnection({ id: connection.id }), entityId)).toBe("not-connected");

      expect(await stores.subscribersOf(entityId)).toHaveLength(1);
    });

    it("allows the same entity to be subscribed to again", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(1);
      const [entityId = anEntityId()] = entityIds;
      await stores.unsubscribe(connection, entityId);

      expect(await stores.subscribe(connection, entityId)).toBe("subscribed");

      expect(await stores.subscribersOf(entityId)).toHaveLength(1);
    });
  });

  describe("requests of one connection that overlap", () => {
    it("take effect as if one came after the other", async () => {
      const request = fc.record({
        kind: fc.constantFrom<"subscribe" | "unsubscribe">("subscribe", "subscribe", "unsubscribe"),
        entity: fc.constantFrom("a", "b", "c"),
      });

      await fc.assert(
        fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 5 }), async (asked) => {
          const connection = await stores.opened();
          const ids = new Map(["a", "b", "c"].map((name) => [name, anEntityId()]));
          const idOf = (name: string) => ids.get(name) as EntityId;
          let moment = 0;
          for (const name of ["a", "b"]) await stores.subscribeUpTo(2, connection, idOf(name));
          const requests = await Promise.all(
            asked.map(async ({ kind, entity }) => {
              const begun = moment++;
              const outcome = await (kind === "subscribe"
                ? stores.subscribeUpTo(2, connection, idOf(entity))
                : stores.unsubscribe(connection, idOf(entity)));
              if (outcome === "denied" || outcome === "stale") throw new Error(outcome);
              return { kind, entity, outcome, begun, ended: moment++ };
            }),
          );

          const left: string[] = [];
          for (const [name, id] of ids) if ((await stores.subscribersOf(id)).length > 0) left.push(name);
          expect(isLinearizable(requests, { limit: 2, initially: ["a", "b"], finally: left })).toBe(true);
          // The count and the names that closing uses match the rows that a fan-out reads.
          const more = [anEntityId(), anEntityId()];
          const answers = [];
          for (const entityId of more) answers.push(await stores.subscribeUpTo(2, connection, entityId));
          expect(answers.filter((answer) => answer === "subscribed")).toHaveLength(2 - left.length);
          await stores.closed(connection);
          for (const id of [...ids.values(), ...more]) expect(await stores.subscribersOf(id)).toEqual([]);
        }),
        { numRuns: 25 },
      );
    });

    it("are all acknowledged, a hundred of them at once, and some again when repeated", async () => {
      const connection = await stores.opened();
      const entityIds = Array.from({ length: 100 }, anEntityId);

      for (const asked of [entityIds, entityIds.slice(0, 10)]) {
        const answers = await Promise.all(
          asked.map((entityId) => stores.subscribeUpTo(entityIds.length, connection, entityId)),
        );
        expect(answers.filter((answer) => answer !== "subscribed")).toEqual([]);
      }

      const shown = (await inBatches(entityIds, (entityId) => stores.subscribersOf(entityId))).flat();
      expect(shown).toHaveLength(entityIds.length);
      expect(await stores.subscribeUpTo(entityIds.length, connection, anEntityId())).toBe("limit-reached");
    }, 120_000);
  });

  describe("closing a connection", () => {
    it("fault:M3 inv:1 leaves nothing of a concurrent subscribe", async () => {
      const other = new StoreScenario(elsewhere?.() ?? stores);
      const left = await inRounds(async (wait) => {
        const connection = await stores.opened();
        const entityIds = Array.from({ length: LIMIT }, anEntityId);
        const requests = entityIds.map((entityId) => stores.subscribe(connection, entityId));
        await Promise.all([...requests, after(wait, () => other.closed(connection))]);
        return Promise.all(entityIds.map((entityId) => stores.subscribersOf(entityId)));
      });

      expect(left.flat(2)).toEqual([]);
    });

    it.each([0, 1, 60])("fault:L5 leaves none of %i subscriptions", async (count) => {
      const { connection, entityIds } = await stores.subscribedUpTo(count);
      const witness = await stores.opened();
      for (const entityId of entityIds.slice(0, LIMIT)) await stores.subscribe(witness, entityId);

      await stores.closed(connection);

      const left = (await Promise.all(entityIds.map((entityId) => stores.subscribersOf(entityId)))).flat();
      expect(left.filter(({ connectionId }) => connectionId === connection.id)).toEqual([]);
      expect(left).toHaveLength(Math.min(count, LIMIT));
    });

    it("fault:M2 may be repeated", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(3);
      await stores.closed(connection);

      await stores.closed(connection);

      expect((await Promise.all(entityIds.map((entityId) => stores.subscribersOf(entityId)))).flat()).toEqual([]);
    });

    it("fault:18 is finished by the next call when it was interrupted", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(4);
      await stores.connections.close(connection.id, NOW);

      await stores.closed(connection);

      expect((await Promise.all(entityIds.map((entityId) => stores.subscribersOf(entityId)))).flat()).toEqual([]);
    });

    it("leaves the other subscribers of an entity that it has unsubscribed from", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(2);
      const [entityId = anEntityId()] = entityIds;
      const witness = await stores.opened();
      await stores.subscribe(witness, entityId);
      await stores.unsubscribe(connection, entityId);

      await stores.closed(connection);

      expect((await stores.subscribersOf(entityId)).map(({ connectionId }) => connectionId)).toEqual([witness.id]);
    });

    it("fault:J1 removes a subscription that a fan-out has read, though the connection's record is gone", async () => {
      const { connection, entityIds } = await stores.subscribedUpTo(2);
      const [seen = anEntityId()] = entityIds;
      await stores.connections.close(connection.id, NOW);

      await stores.subscriptions.unsubscribeAll(connection.id, seen);

      expect(await stores.subscribersOf(seen)).toEqual([]);
      await expect(stores.subscriptions.unsubscribeAll(aConnection().id, seen)).resolves.toBeUndefined();
    });
  });

  describeEntityLists(makeStores, elsewhere, suite);
  describeSubscribers(makeStores, suite);

  describeOutages(suite, whenDown, "SUBSCRIPTION_STORE", {
    subscribe: (down) => subscribeOne(down, aSubscription(aConnection()), NOW, { limit: LIMIT }),
    unsubscribe: (down) => unsubscribeOne(down, aSubscription(aConnection()), NOW),
    unsubscribeAll: (down) => down.unsubscribeAll(aConnection().id, anEntityId()),
    subscribersOf: (down) => down.subscribersOf(anEntityId(), NOW),
    subscribersAmong: (down) => down.subscribersAmong([aConnection().id], anEntityId(), NOW),
  });

  it("drops no data by a clock of its own while a test can wait", async () => {
    const { stores: same, entityIds, since } = (await early) ?? (await subscribedEarly(stores));
    await untilDropped(since);

    for (const entityId of entityIds) expect(await same.subscribersOf(entityId)).toHaveLength(1);
  });
}

async function subscribedEarly(stores: StoreScenario) {
  const { entityIds } = await stores.subscribedUpTo(1);
  return { stores, entityIds, since: Date.now() };
}
