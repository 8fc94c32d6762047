import { expect } from "vitest";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../src/domain/time.ts";
import { aConnection, NOW } from "../support/a-connection.ts";
import { anEntityId } from "../support/a-subscription.ts";
import { after } from "../support/in-rounds.ts";
import { type LifeStores, NEW_END, openedUntil, renewalOf, renewed } from "../support/life-stores.ts";
import {
  allowedUntil,
  DENIED,
  deciding,
  entities,
  grantsOf,
  heardBy,
  subscribeToAll,
  told,
  unsubscribeFromAll,
} from "../support/many-subscriptions.ts";
import type { Suite } from "./suite.ts";

const GRANTS = grantsOf("subscribe:a-*");

/** More than the names in a transaction of DynamoDB, and more than a record holds. */
const MANY = 250;

/** The port's promises about requests that name many entities. */
export function describeEntityLists(
  makeStores: () => LifeStores,
  elsewhere: (() => LifeStores) | undefined,
  { describe, it, beforeEach }: Suite,
): void {
  let stores: LifeStores;
  beforeEach(() => {
    stores = makeStores();
  });

  const heard = (connection: Connection, entityIds: readonly EntityId[]) =>
    heardBy(stores.subscriptions, connection, entityIds);
  const closed = async ({ id }: Connection) => {
    await stores.connections.close(id, NOW);
    await stores.subscriptions.unsubscribeAll(id);
  };

  describe("a request about many entities", () => {
    it("attack:H1 attack:H6 is answered for each in its order, and refuses each alone", async () => {
      const connection = await openedUntil(stores);
      const [first = anEntityId(), denied, failing, second = anEntityId(), beyond] = entities(5);
      const decide = deciding((entityId) => {
        if (entityId === denied) return DENIED;
        return entityId === failing ? undefined : allowedUntil();
      });
      const asked = [first, denied, failing, second, beyond].flatMap((entityId) => entityId ?? []);

      const outcome = await subscribeToAll(stores.subscriptions, connection, asked, { decide, limit: 2 });

      expect(told(outcome)).toEqual(["subscribed", DENIED, "failed", "subscribed", "limit-reached"]);
      expect(await heard(connection, asked)).toEqual([first, second]);
    });

    it("acknowledges what is there already, also at the limit", async () => {
      const connection = await openedUntil(stores);
      const [one = anEntityId(), two = anEntityId(), three = anEntityId()] = entities(3);
      await subscribeToAll(stores.subscriptions, connection, [one, two], { limit: 2 });

      const outcome = await subscribeToAll(stores.subscriptions, connection, [three, two, one], { limit: 2 });

      expect(told(outcome)).toEqual(["limit-reached", "subscribed", "subscribed"]);
    });

    it.each<[string, number, () => readonly EntityId[]]>([
      ["short names", MANY, () => entities(MANY)],
      ["names of 256 bytes", 100, () => entities(100).map((id) => id.padEnd(256, "x") as EntityId)],
    ])(
      "takes and gives up many %s at once, also with others between them",
      async (_what, count, make) => {
        const connection = await openedUntil(stores);
        const [all, others] = [make(), entities(10)];
        const limit = count + others.length;
        const [before, half] = [all.slice(30, 60), all.slice(0, count / 2)];
        await subscribeToAll(stores.subscriptions, connection, [...others, ...before], { limit });

        const taken = await subscribeToAll(stores.subscriptions, connection, all, { limit });
        expect(told(taken)).toEqual(all.map(() => "subscribed"));
        expect(await heard(connection, all)).toEqual(all);
        const more = anEntityId();
        expect(told(await subscribeToAll(stores.subscriptions, connection, [more], { limit }))).toEqual([
          "limit-reached",
        ]);

        const left = await unsubscribeFromAll(stores.subscriptions, connection, [more, ...half, anEntityId()]);
        expect(told(left)).toEqual(Array.from({ length: half.length + 2 }, () => "unsubscribed"));
        expect(await heard(connection, all)).toEqual(all.slice(count / 2));
        const again = await subscribeToAll(stores.subscriptions, connection, [...half, more], { limit });
        expect(told(again)).toEqual([...half.map(() => "subscribed"), "limit-reached"]);

        await closed(connection);
        expect(await heard(connection, [...all, ...others])).toEqual([]);
      },
      60_000,
    );

    it("is answered with the connection as its record has it", async () => {
      const connection = await openedUntil(stores);
      const renewal = renewalOf(connection);
      expect(await subscribeToAll(stores.subscriptions, connection, entities(1))).toMatchObject({ connection });

      await stores.renewals.renew(renewal, NOW, async () => {});

      const changed = { connection: { ...renewed(connection, renewal), expiresAt: NEW_END } };
      expect(await subscribeToAll(stores.subscriptions, connection, entities(1))).toMatchObject(changed);
      expect(await unsubscribeFromAll(stores.subscriptions, connection, entities(1))).toMatchObject(changed);
    });

    it("without entities writes nothing, and tells the connection", async () => {
      const connection = await openedUntil(stores);
      const nothing = { kind: "answered", results: [], connection };

      expect(await subscribeToAll(stores.subscriptions, connection, [], { seq: 9 })).toEqual(nothing);
      expect(await unsubscribeFromAll(stores.subscriptions, connection, [], { seq: 9 })).toEqual(nothing);

      expect(told(await subscribeToAll(stores.subscriptions, connection, entities(1), { seq: 1 }))).toEqual([
        "subscribed",
      ]);
      expect(told(await subscribeToAll(stores.subscriptions, aConnection(), []))).toBe("not-connected");
    });

    it("inv:15 keeps to the limit beside others", async () => {
      const other = elsewhere?.() ?? stores;
      const connection = await openedUntil(stores);
      const lists = Array.from({ length: 4 }, () => entities(30));

      const outcomes = await Promise.all(
        lists.map((list, n) =>
          subscribeToAll((n % 2 === 0 ? stores : other).subscriptions, connection, list, { limit: 50 }),
        ),
      );

      const acknowledged = lists.flatMap((list, n) =>
        list.filter((_, index) => told(outcomes[n] as never)[index] === "subscribed"),
      );
      expect(acknowledged).toHaveLength(50);
      expect((await heard(connection, lists.flat())).toSorted()).toEqual(acknowledged.toSorted());
    });

    it("fault:M3 leaves nothing behind a concurrent close", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await Promise.all(
        [0, 1, 5, 20].map(async (wait) => {
          const connection = await openedUntil(stores);
          const list = entities(120);
          await Promise.all([
            subscribeToAll(stores.subscriptions, connection, list),
            after(wait, async () => {
              await other.connections.close(connection.id, NOW);
              await other.subscriptions.unsubscribeAll(connection.id);
            }),
          ]);
          return heard(connection, list);
        }),
      );

      expect(left.flat()).toEqual([]);
    }, 60_000);
  });

  describe("a policy", () => {
    it("attack:H1 is asked about all entities of a request, with the grants of the connection's token", async () => {
      const connection = aConnection();
      const [granted, list] = [renewalOf(connection, {}, GRANTS), entities(3)];
      await stores.connections.open({ ...connection, token: granted.token }, GRANTS);
      const asked: unknown[] = [];

      await subscribeToAll(stores.subscriptions, connection, list, {
        decide: async (...question) => {
          asked.push(question);
          return list.map(() => allowedUntil());
        },
      });

      expect(asked).toEqual([[GRANTS, list]]);
    });

    it.each<[string, (stores: LifeStores, connection: Connection) => Promise<unknown>]>([
      ["subscribed", ({ subscriptions }, connection) => subscribeToAll(subscriptions, connection, entities(2))],
      ["unsubscribed", ({ subscriptions }, connection) => unsubscribeFromAll(subscriptions, connection, entities(1))],
      [
        "renewed with other grants",
        ({ renewals }, connection) => renewals.renew(renewalOf(connection, {}, GRANTS), NOW, async () => {}),
      ],
      ["reviewed", ({ reviews }, { id }) => reviews.review(id, NOW, { decide: async () => [], decision: "d" })],
    ])("attack:H4 is asked again if the connection was %s before the write", async (_what, change) => {
      const connection = await openedUntil(stores);
      const list = entities(2);
      let times = 0;

      const outcome = await subscribeToAll(stores.subscriptions, connection, list, {
        decide: async (_grants, entityIds) => {
          times += 1;
          if (times === 1) await change(elsewhere?.() ?? stores, connection);
          return entityIds.map(() => (times === 1 ? allowedUntil() : DENIED));
        },
      });

      expect([times, told(outcome)]).toEqual([2, [DENIED, DENIED]]);
      expect(await heard(connection, list)).toEqual([]);
    });

    it("subscribes nobody whose connection was closed before the write", async () => {
      const connection = await openedUntil(stores);
      const list = entities(2);

      const outcome = await subscribeToAll(stores.subscriptions, connection, list, {
        decide: async (_grants, entityIds) => {
          await closed(connection);
          return entityIds.map(() => allowedUntil());
        },
      });

      expect(told(outcome)).toBe("not-connected");
      expect(await heard(connection, list)).toEqual([]);
    });

    it("attack:H2 that throws leaves the request without effect", async () => {
      const connection = await openedUntil(stores);
      const list = entities(2);
      const decide = async () => Promise.reject(new Error("no policy"));

      await expect(subscribeToAll(stores.subscriptions, connection, list, { decide, seq: 5 })).rejects.toThrow();

      expect(await heard(connection, list)).toEqual([]);
      expect(told(await subscribeToAll(stores.subscriptions, connection, list, { seq: 1 }))).toHaveLength(2);
    });
  });

  describe("a grant's own end", () => {
    const UNTIL = addSeconds(NOW, 120);
    const ending = (until?: typeof UNTIL) => ({ decide: deciding(() => allowedUntil(until)) });
    const found = async (connection: Connection, entityId: EntityId, now = NOW) => {
      const { items } = await stores.subscriptions.subscribersOf(entityId, now);
      const among = await stores.subscriptions.subscribersAmong([connection.id], entityId, now);
      expect(among).toEqual(items);
      return items;
    };

    it("attack:H4 ends the subscription from that second on, and is its end if it comes first", async () => {
      const connection = await openedUntil(stores);
      const entityId = anEntityId();
      await subscribeToAll(stores.subscriptions, connection, [entityId], ending(UNTIL));

      const last = [{ expiresAt: UNTIL, grantedUntil: UNTIL }];
      expect(await found(connection, entityId)).toMatchObject(last);
      expect(await found(connection, entityId, addSeconds(UNTIL, -1))).toMatchObject(last);
      expect(await found(connection, entityId, UNTIL)).toEqual([]);

      await stores.renewals.renew(renewalOf(connection), NOW, async () => {});
      expect(await found(connection, entityId, UNTIL)).toEqual([]);
    });

    it("lengthens no life beyond the connection's end", async () => {
      const connection = await openedUntil(stores);
      const entityId = anEntityId();
      await subscribeToAll(stores.subscriptions, connection, [entityId], ending(addSeconds(connection.expiresAt, 60)));

      expect(await found(connection, entityId)).toMatchObject([{ expiresAt: connection.expiresAt }]);
      expect(await found(connection, entityId, connection.expiresAt)).toEqual([]);

      await stores.renewals.renew(renewalOf(connection), NOW, async () => {});
      const until = addSeconds(connection.expiresAt, 60);
      expect(await found(connection, entityId, connection.expiresAt)).toMatchObject([{ expiresAt: until }]);
      expect(await found(connection, entityId, until)).toEqual([]);
    });

    it.each([
      ["moves", UNTIL, addSeconds(UNTIL, 60)],
      ["shortens", addSeconds(UNTIL, 60), UNTIL],
      ["lifts", UNTIL, undefined],
      ["sets", undefined, UNTIL],
    ])("is what a repeated subscribe %s, also at the limit", async (_what, first, second) => {
      const connection = await openedUntil(stores);
      const list = entities(3);
      await subscribeToAll(stores.subscriptions, connection, list, { ...ending(first), limit: 3 });

      const outcome = await subscribeToAll(stores.subscriptions, connection, list, { ...ending(second), limit: 3 });

      expect(told(outcome)).toEqual(["subscribed", "subscribed", "subscribed"]);
      const [subscription] = await found(connection, list[1] ?? anEntityId());
      expect(subscription?.grantedUntil).toBe(second);
      expect(subscription?.expiresAt).toBe(second ?? connection.expiresAt);
      await unsubscribeFromAll(stores.subscriptions, connection, list);
      expect(await heard(connection, list)).toEqual([]);
    });
  });

  describe("a request with a seq", () => {
    it.each([4, 5])("is stale at %i after 5, and writes nothing", async (seq) => {
      const connection = await openedUntil(stores);
      const [here, there] = [entities(2), entities(2)];
      await subscribeToAll(stores.subscriptions, connection, here, { seq: 5 });

      expect(await subscribeToAll(stores.subscriptions, connection, there, { seq })).toEqual({ kind: "stale" });
      expect(await unsubscribeFromAll(stores.subscriptions, connection, here, { seq })).toEqual({ kind: "stale" });

      expect(await heard(connection, [...here, ...there])).toEqual(here);
      expect(told(await unsubscribeFromAll(stores.subscriptions, connection, here, { seq: 6 }))).toHaveLength(2);
      expect(told(await subscribeToAll(stores.subscriptions, connection, here, { seq: 6 }))).toBe("stale");
    });

    it("counts when it changes nothing, unless it was refused", async () => {
      const connection = await openedUntil(stores);
      const list = entities(2);
      const refusals = [{ decide: deciding(() => DENIED) }, { decide: deciding(() => undefined) }, { limit: 0 }];
      for (const refusal of refusals) {
        expect(told(await subscribeToAll(stores.subscriptions, connection, list, { ...refusal, seq: 9 }))).toHaveLength(
          2,
        );
      }
      expect(told(await subscribeToAll(stores.subscriptions, connection, list, { seq: 2 }))).toHaveLength(2);
      expect(told(await subscribeToAll(stores.subscriptions, connection, list, { seq: 3 }))).toHaveLength(2);
      expect(told(await unsubscribeFromAll(stores.subscriptions, connection, entities(1), { seq: 4 }))).toHaveLength(1);

      expect(told(await unsubscribeFromAll(stores.subscriptions, connection, list, { seq: 3 }))).toBe("stale");
      expect(told(await unsubscribeFromAll(stores.subscriptions, connection, list, { seq: 4 }))).toBe("stale");
      expect(await heard(connection, list)).toEqual(list);
    });

    it("leaves requests without one as they are, and is compared with the last one", async () => {
      const connection = await openedUntil(stores);
      const list = entities(2);
      await subscribeToAll(stores.subscriptions, connection, list, { seq: 5 });

      expect(told(await unsubscribeFromAll(stores.subscriptions, connection, list))).toHaveLength(2);
      expect(told(await subscribeToAll(stores.subscriptions, connection, list))).toHaveLength(2);

      expect(told(await unsubscribeFromAll(stores.subscriptions, connection, list, { seq: 4 }))).toBe("stale");
      expect(await heard(connection, list)).toEqual(list);
    });

    it("is stale after a renewal with the same one or a greater", async () => {
      const connection = await openedUntil(stores);
      const list = entities(1);
      await stores.renewals.renew({ ...renewalOf(connection), seq: 8 as never }, NOW, async () => {});

      const answers = [7, 8, 9].map(async (seq) =>
        told(await subscribeToAll(stores.subscriptions, connection, list, { seq })),
      );

      expect(await Promise.all(answers)).toEqual(["stale", "stale", ["subscribed"]]);
    });

    it("is the last one to count if it has the greatest, whatever comes beside it", async () => {
      const other = elsewhere?.() ?? stores;
      const outcomes = await Promise.all(
        [1, 2, 3, 4, 5, 6].map(async (round) => {
          const connection = await openedUntil(stores);
          const list = entities(3);
          const seqs = [3, 1, 4, 2, 5, 6].slice(0, round).concat(7 + (round % 2));
          const answers = await Promise.all(
            seqs
              .toSorted((one, two) => Math.sin(one * round) - Math.sin(two * round))
              .map(async (seq, n) => {
                const { subscriptions } = n % 2 === 0 ? stores : other;
                const ask = seq % 2 === 0 ? subscribeToAll : unsubscribeFromAll;
                return [seq, told<unknown>(await ask(subscriptions, connection, list, { seq }))] as const;
              }),
          );
          const last = Math.max(...seqs);
          const answer = new Map(answers).get(last);
          const expected = last % 2 === 0 ? list : [];
          return [Array.isArray(answer), (await heard(connection, list)).join() === expected.join()];
        }),
      );

      expect(outcomes).toEqual(outcomes.map(() => [true, true]));
    });

    it("undoes a longer one that comes beside it", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await Promise.all(
        [0, 1, 10, 40].map(async (wait) => {
          const connection = await openedUntil(stores);
          const list = entities(150);
          const [long, short] = await Promise.all([
            subscribeToAll(stores.subscriptions, connection, list, { seq: 1 }),
            after(wait, () => unsubscribeFromAll(other.subscriptions, connection, list, { seq: 2 })),
          ]);
          expect(told(short)).toEqual(list.map(() => "unsubscribed"));
          const possible = ["subscribed", "stale"];
          expect(long.kind === "stale" || [...told(long)].every((one) => possible.includes(String(one)))).toBe(true);
          return heard(connection, list);
        }),
      );

      expect(left.flat()).toEqual([]);
    }, 60_000);
  });
}
