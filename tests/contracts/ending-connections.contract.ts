import { expect, vi } from "vitest";
import type { EndingConnections, SlotCandidate } from "../../src/application/ports/ending-connections.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import { ENDING_CODES, type EndingCode, type EndSlot, endSlot } from "../../src/domain/connection/ending.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import { aConnection, aConnectionId, aUserId, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { inBatches } from "../support/in-batches.ts";
import { after, inRounds } from "../support/in-rounds.ts";
import { type LifeStores, NEW_END, OLD_END, openedUntil, renewalOf, renewed } from "../support/life-stores.ts";
import { allowedUntil, deciding, entities, subscribeToAll } from "../support/many-subscriptions.ts";
import { subscribeOne, unsubscribeOne } from "../support/one-subscription.ts";
import { readAll } from "../support/read-all.ts";
import { growUntilPaged } from "./grow-until-paged.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type EndingConnectionsSubject = {
  /** All stores of one table. Tests may share it, and another run may use it. */
  readonly makeStores: () => LifeStores;
  /** The same table, seen from another process. Absent if no other process can reach it. */
  readonly elsewhere?: () => LifeStores;
  readonly whenDown: WhenDown<EndingConnections>;
  /** The longest time that its index may lag behind. */
  readonly lagMillis?: number;
};

const nothing = async () => {};

/** Slots in which no other connection ends: runs share tables, so each takes the next one. */
let lastSlot = endSlot(addSeconds(NOW, 1_000_000));

function aSlot(): EndSlot {
  lastSlot = endSlot(addSeconds(lastSlot, 50 + Math.floor(Math.random() * 50) * 10));
  return lastSlot;
}

function inOrder(candidates: readonly (SlotCandidate | undefined)[]): readonly string[] {
  return candidates.map((one) => `${one?.id} ${one?.ends}`).toSorted();
}

/** The answers to the own user's requests after an end. */
const ANSWERS: readonly [EndingCode, string][] = [
  ["TOKEN_EXPIRED", "token-expired"],
  ["TOKEN_REVOKED", "token-revoked"],
  ["CONNECTION_EXPIRED", "not-connected"],
  ["DISCONNECTED", "not-connected"],
];

/** Every sentence of the port's comment. Each test makes ids and slots of its own. */
export function describeEndingConnections(
  { makeStores, elsewhere, whenDown, lagMillis = 3_000 }: EndingConnectionsSubject,
  suite: Suite = VITEST,
): void {
  const { describe, it, beforeEach } = suite;
  let stores: LifeStores;
  beforeEach(() => {
    stores = makeStores();
  });

  const eventually = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: lagMillis, interval: 10 });
  const candidatesIn = (slot: EndSlot) => readAll((from) => stores.endings.candidatesIn(slot, from));
  const idsOf = async (slot: EndSlot) => (await candidatesIn(slot)).map(({ id }) => id);
  const subscribed = (connection: Connection, entityId: EntityId, until: EpochSeconds | undefined) =>
    subscribeToAll(stores.subscriptions, connection, [entityId], { decide: deciding(() => allowedUntil(until)) });
  const inspect = (ids: readonly ConnectionId[], now = NOW) => stores.endings.inspect(ids, now);

  describe("the candidates of a slot", () => {
    it("are the connections that end in its ten seconds", async () => {
      const slot = aSlot();
      const [before, first, last, behind] = await Promise.all([-1, 0, 9, 10].map((more) => endingAt(slot, more)));

      await eventually(async () => {
        expect((await idsOf(slot)).toSorted()).toEqual([first?.id, last?.id].toSorted());
        expect(await stores.endings.countIn(slot)).toBe(2);
      });
      expect(await idsOf(endSlot(addSeconds(slot, -10)))).toEqual([before?.id]);
      expect(await idsOf(endSlot(addSeconds(slot, 10)))).toEqual([behind?.id]);
    });

    it("are none if nothing ends in it", async () => {
      await endingAt(aSlot(), 0);
      const slot = aSlot();

      expect(await stores.endings.candidatesIn(slot)).toEqual({ items: [] });
      expect(await stores.endings.countIn(slot)).toBe(0);
    });

    it("are shown once over all pages, which are bounded, and are all counted", async () => {
      const slot = aSlot();
      const { members } = await growUntilPaged(
        () => endingAt(slot, 3),
        (from) => stores.endings.candidatesIn(slot, from),
        eventually,
      );

      expect((await idsOf(slot)).toSorted()).toEqual(members.map(({ id }) => id).toSorted());
      expect(await stores.endings.countIn(slot)).toBe(members.length);

      const { next } = await stores.endings.candidatesIn(slot);
      expect((await stores.endings.candidatesIn(aSlot(), next)).items).toEqual([]);
    });

    it("attack:H4 are also connections with a subscription whose grant ends in it, once for each", async () => {
      const [slot, later] = [aSlot(), aSlot()];
      const [one, both] = [await endingAt(slot, -20), await endingAt(slot, 3)];
      const [first = anEntityId(), second = anEntityId(), third = anEntityId()] = entities(3);
      await subscribed(one, first, addSeconds(slot, 0));
      await subscribed(one, second, addSeconds(slot, 9));
      await subscribed(one, third, addSeconds(slot, 10));
      await subscribed(both, first, addSeconds(slot, 5));
      const [ofOne, ofBoth] = [one, both].map(({ id }) => ({ id, ends: "subscription" as const }));

      await eventually(async () => {
        const all = [ofOne, ofOne, ofBoth, { id: both.id, ends: "connection" as const }];
        expect(inOrder(await candidatesIn(slot))).toEqual(inOrder(all));
        expect(await stores.endings.countIn(slot)).toBe(4);
      });

      await subscribed(one, first, undefined);
      await subscribed(one, second, later);
      await unsubscribeOne(stores.subscriptions, aSubscription(both, first), NOW);
      await eventually(async () => {
        expect(await candidatesIn(slot)).toEqual([{ id: both.id, ends: "connection" }]);
        expect(await candidatesIn(later)).toEqual([ofOne]);
      });
    });

    it("attack:H4 follow what a review says of ends", async () => {
      const slot = aSlot();
      const connection = await openedUntil(stores);
      await subscribed(connection, anEntityId(), undefined);
      const reviewed = (until: EpochSeconds | undefined) =>
        stores.reviews.review(connection.id, NOW, {
          decide: async (_requester, entityIds) => entityIds.map(() => allowedUntil(until)),
          decision: "d1",
        });

      await reviewed(slot);
      const listed = [{ id: connection.id, ends: "subscription" }];
      await eventually(async () => expect(await candidatesIn(slot)).toEqual(listed));

      await reviewed(undefined);
      await eventually(async () => expect(await candidatesIn(slot)).toEqual([]));
    });

    it("attack:H4 of both kinds are shown once over all pages", async () => {
      const slot = aSlot();
      const { members } = await growUntilPaged(
        async () => {
          const connection = await endingAt(slot, 3);
          await subscribed(connection, anEntityId(), addSeconds(slot, 1));
          return [connection, connection];
        },
        (from) => stores.endings.candidatesIn(slot, from),
        eventually,
        2,
      );

      const shown = await candidatesIn(slot);
      const ids = members.map(([{ id } = aConnection()]) => id).toSorted();
      for (const ends of ["connection", "subscription"]) {
        expect(shown.flatMap((one) => (one.ends === ends ? one.id : [])).toSorted()).toEqual(ids);
      }
    });

    it.each(["", "x", "e30", "after:", "%", "W10", '["a"]', "x".repeat(10_000)])(
      "are not found by %j, which is not a cursor of this store",
      async (cursor) => {
        await expect(stores.endings.candidatesIn(aSlot(), cursor)).rejects.toMatchObject({ code: "MALFORMED_CURSOR" });
      },
    );
  });

  describe("inspect", () => {
    it("fault:L6 shows what is open, expired too, at once and each once", async () => {
      const [live, expired] = [await openedUntil(stores), await openedUntil(stores, addSeconds(NOW, 10))];
      const closed = await openedUntil(stores);
      await stores.connections.close(closed.id, NOW);
      const ids = [live.id, expired.id, closed.id, live.id, aConnectionId()];

      const shown = await inspect(ids, addSeconds(NOW, 20));

      const open = (connection: Connection) => ({ kind: "open", connection });
      expect(shown).toHaveLength(2);
      expect(shown).toEqual(expect.arrayContaining([open(live), open(expired)]));
      expect(await inspect([])).toEqual([]);
    });

    it.each(ENDING_CODES)("shows what was ended by %s, for an hour", async (code) => {
      const { id } = await ended(code);

      expect(await inspect([id], addSeconds(NOW, 3599))).toEqual([{ kind: "ended", id, code }]);
      expect(await inspect([id], addSeconds(NOW, 3600))).toEqual([]);
    });

    it("shows nothing of an ended connection whose socket was closed", async () => {
      const { id } = await ended("TOKEN_EXPIRED");
      await stores.connections.close(id, NOW);

      expect(await inspect([id])).toEqual([]);
    });

    it("shows a hundred", async () => {
      const ids = (await inBatches(Array.from({ length: 100 }), () => openedUntil(stores))).map(({ id }) => id);

      expect(await inspect(ids)).toHaveLength(100);
    });
  });

  describe("end", () => {
    it("fault:M8 closes a connection as close does", async () => {
      const connection = await openedUntil(stores);
      const { id, identity } = connection;

      expect(await stores.endings.end(connection, "DISCONNECTED", NOW)).toBe(true);

      expect(await stores.connections.open(connection, [])).toBe("closed");
      expect(await stores.connections.liveConnectionsAmong([id], identity.userId, NOW)).toEqual([]);
      await eventually(async () =>
        expect((await stores.connections.liveConnectionsOf(identity.userId, NOW)).items).toEqual([]),
      );
    });

    it("leaves the subscriptions to unsubscribeAll, which finds them", async () => {
      const connection = await openedUntil(stores);
      const entityIds = Array.from({ length: 12 }, anEntityId);
      for (const entityId of entityIds) {
        await subscribeOne(stores.subscriptions, aSubscription(connection, entityId), NOW, { limit: 12 });
      }
      await stores.endings.end(connection, "TOKEN_EXPIRED", NOW);

      await stores.subscriptions.unsubscribeAll(connection.id);

      const pages = await Promise.all(entityIds.map((entityId) => stores.subscriptions.subscribersOf(entityId, NOW)));
      expect(pages.flatMap(({ items }) => items)).toEqual([]);
    });

    it("finds its own effect when repeated", async () => {
      const connection = await ended("TOKEN_EXPIRED");

      expect(await stores.endings.end(connection, "TOKEN_EXPIRED", addSeconds(NOW, 5))).toBe(true);
    });

    it("fault:M7 ends no connection that was renewed meanwhile", async () => {
      const connection = await openedUntil(stores);
      const renewal = renewalOf(connection);
      await stores.renewals.renew(renewal, NOW, nothing);

      expect(await stores.endings.end(connection, "TOKEN_EXPIRED", OLD_END)).toBe(false);

      expect(await inspect([connection.id])).toEqual([{ kind: "open", connection: renewed(connection, renewal) }]);
      expect(await stores.endings.end(renewed(connection, renewal), "TOKEN_EXPIRED", NEW_END)).toBe(true);
    });

    it("ends no connection whose token was replaced by one of the same end", async () => {
      const connection = await openedUntil(stores);
      const [refused, good] = [renewalOf(connection), renewalOf(connection)];
      await stores.renewals.renew(refused, NOW, nothing);
      await stores.renewals.takeBack(refused, { token: connection.token, grants: [] });
      await stores.renewals.renew(good, NOW, nothing);

      expect(await stores.endings.end(renewed(connection, refused), "TOKEN_REVOKED", NOW)).toBe(false);
    });

    it("ends nothing that was closed, never opened or ended by another code", async () => {
      const closed = await openedUntil(stores);
      await stores.connections.close(closed.id, NOW);
      const other = await ended("TOKEN_REVOKED");

      expect(await stores.endings.end(closed, "TOKEN_EXPIRED", NOW)).toBe(false);
      expect(await stores.endings.end(aConnection(), "TOKEN_EXPIRED", NOW)).toBe(false);
      expect(await stores.endings.end(other, "TOKEN_EXPIRED", NOW)).toBe(false);
      expect(await inspect([other.id])).toEqual([{ kind: "ended", id: other.id, code: "TOKEN_REVOKED" }]);
    });

    it.each(ANSWERS)(
      "fault:M6 answers the user's requests after %s by %s, until the socket is closed",
      async (code, answer) => {
        const connection = await ended(code);
        const subscription = aSubscription(connection);
        const answers = async () => [
          await subscribeOne(stores.subscriptions, subscription, NOW, { limit: 5 }),
          await unsubscribeOne(stores.subscriptions, subscription, NOW),
        ];

        expect(await answers()).toEqual([answer, answer]);

        await stores.connections.close(connection.id, NOW);
        expect(await answers()).toEqual(["not-connected", "not-connected"]);
      },
    );

    it("attack:H7 answers another user's requests by not-connected", async () => {
      const subscription = { ...aSubscription(await ended("TOKEN_REVOKED")), userId: aUserId() };

      expect(await subscribeOne(stores.subscriptions, subscription, NOW, { limit: 5 })).toBe("not-connected");
      expect(await unsubscribeOne(stores.subscriptions, subscription, NOW)).toBe("not-connected");
    });

    it("fault:M3 leaves nothing of a concurrent subscribe, once its subscriptions are removed", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await inRounds(async (wait) => {
        const connection = await openedUntil(stores);
        const entityIds = Array.from({ length: 3 }, anEntityId);
        const requests = entityIds.map((entityId) =>
          subscribeOne(stores.subscriptions, aSubscription(connection, entityId), NOW, { limit: 5 }),
        );
        const ending = after(wait, async () => {
          await other.endings.end(connection, "TOKEN_EXPIRED", NOW);
          await other.subscriptions.unsubscribeAll(connection.id);
        });
        await Promise.all([...requests, ending]);
        return Promise.all(entityIds.map((entityId) => stores.subscriptions.subscribersOf(entityId, NOW)));
      });

      expect(left.flat().flatMap(({ items }) => items)).toEqual([]);
    });
  });

  describeOutages(suite, whenDown, "CONNECTION_STORE", {
    candidatesIn: (down) => down.candidatesIn(aSlot()),
    countIn: (down) => down.countIn(aSlot()),
    inspect: (down) => down.inspect([aConnectionId()], NOW),
    end: (down) => down.end(aConnection(), "DISCONNECTED", NOW),
  });

  async function endingAt(slot: EndSlot, more: number): Promise<Connection> {
    const expiresAt = addSeconds(slot, more);
    const connectedAt = ((expiresAt - 600) * 1000) as Connection["connectedAt"];
    const connection = aConnection({ connectedAt, expiresAt });
    await stores.connections.open(connection, []);
    return connection;
  }

  async function ended(code: EndingCode): Promise<Connection> {
    const connection = await openedUntil(stores);
    await stores.endings.end(connection, code, NOW);
    return connection;
  }
}
