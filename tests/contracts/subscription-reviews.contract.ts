import { expect } from "vitest";
import type { DecideAgain, SubscriptionReviews } from "../../src/application/ports/subscription-reviews.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import { endSlot } from "../../src/domain/connection/ending.ts";
import type { AccessDecision } from "../../src/domain/grants/access-decision.ts";
import { type EntityPattern, parseEntityPattern } from "../../src/domain/grants/grant.ts";
import { type EntityId, parseEntityId } from "../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../src/domain/time.ts";
import { aConnection, NOW } from "../support/a-connection.ts";
import { anEntityId } from "../support/a-subscription.ts";
import { after, inRounds } from "../support/in-rounds.ts";
import { type LifeStores, OLD_END, openedUntil, renewalOf } from "../support/life-stores.ts";
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
import { readAll } from "../support/read-all.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type SubscriptionReviewsSubject = {
  /** All stores of one table. Tests may share it, and another run may use it. */
  readonly makeStores: () => LifeStores;
  /** The same table, seen from another process. Absent if no other process can reach it. */
  readonly elsewhere?: () => LifeStores;
  readonly whenDown: WhenDown<SubscriptionReviews>;
};

const UNTIL = addSeconds(NOW, 120);

/** Connections that are not live at `NOW`. */
const NOT_LIVE: readonly [string, (stores: LifeStores, connection: Connection) => Promise<unknown>, number][] = [
  ["was closed", ({ connections }, { id }) => connections.close(id, NOW), 0],
  ["was ended", ({ endings }, connection) => endings.end(connection, "DISCONNECTED", NOW), 0],
  ["has expired", async () => undefined, OLD_END - NOW],
];

/** Every sentence of the port's comment. Each test makes ids of its own. */
export function describeSubscriptionReviews(
  { makeStores, elsewhere, whenDown }: SubscriptionReviewsSubject,
  suite: Suite = VITEST,
): void {
  const { describe, it, beforeEach } = suite;
  let stores: LifeStores;
  beforeEach(() => {
    stores = makeStores();
  });

  const decide =
    (byEntity: (entityId: EntityId) => AccessDecision | undefined): DecideAgain =>
    async (_requester, entityIds) =>
      entityIds.map(byEntity);
  const denying = (...denied: readonly (EntityId | undefined)[]) =>
    decide((entityId) => (denied.includes(entityId) ? DENIED : allowedUntil()));
  const review = (
    { id }: { readonly id: ConnectionId },
    again: DecideAgain,
    { decision = "d1", pattern, now = NOW }: { decision?: string; pattern?: EntityPattern; now?: typeof NOW } = {},
  ) => stores.reviews.review(id, now, { decide: again, decision, pattern });
  const heard = (connection: Connection, entityIds: readonly EntityId[], now = NOW) =>
    heardBy(stores.subscriptions, connection, entityIds, now);
  const following = async (count: number, seq?: number) => {
    const connection = await openedUntil(stores);
    const list = entities(count);
    await subscribeToAll(stores.subscriptions, connection, list, seq === undefined ? {} : { seq });
    return { connection, list };
  };
  const ended = (decision: string, ...list: readonly (EntityId | undefined)[]) =>
    list.map((entityId) => ({ entityId, decision }));
  const untoldOf = async (connection: Connection) => (await review(connection, denying())).untold;

  describe("review", () => {
    it("attack:H4 ends what is denied, leaves the rest, and tells both decision and denial", async () => {
      const { connection, list } = await following(4);
      const [kept, gone, other, last] = list;

      const outcome = await review(connection, denying(gone, last));

      expect(await heard(connection, list)).toEqual([kept, other]);
      expect(outcome.userId).toBe(connection.identity.userId);
      expect(outcome.denied).toHaveLength(2);
      expect(outcome.denied).toEqual(
        expect.arrayContaining([gone, last].map((entityId) => ({ entityId, denial: DENIED }))),
      );
      expect(outcome.untold?.ended).toHaveLength(2);
      expect(outcome.untold?.ended).toEqual(expect.arrayContaining(ended("d1", gone, last)));
    });

    it.each([
      ["gets", undefined, UNTIL],
      ["loses", UNTIL, undefined],
      ["moves", UNTIL, addSeconds(UNTIL, 60)],
    ])("attack:H4 %s the end that a decision says", async (_what, before, later) => {
      const connection = await openedUntil(stores);
      const list = entities(3);
      await subscribeToAll(stores.subscriptions, connection, list, { decide: deciding(() => allowedUntil(before)) });

      const outcome = await review(
        connection,
        decide(() => allowedUntil(later)),
      );

      expect(outcome).toMatchObject({ denied: [] });
      expect(outcome.untold).toBeUndefined();
      const end = later ?? OLD_END;
      expect(await heard(connection, list, addSeconds(end, -1))).toEqual(list);
      expect(await heard(connection, list, end)).toEqual([]);
      const slot = endSlot(UNTIL);
      const listed = await readAll((from) => stores.endings.candidatesIn(slot, from));
      const own = listed.filter(({ id }) => id === connection.id);
      if (later === undefined) expect(own).toEqual([]);
    });

    it("decides about the entities that its pattern includes, and asks with user and grants of the token", async () => {
      const grants = grantsOf("subscribe:a-*");
      const connection = aConnection();
      const { token } = renewalOf(connection, {}, grants);
      await stores.connections.open({ ...connection, token }, grants);
      const prefix = `review-${connection.id.slice(0, 8)}-`;
      const [inside, outside] = [`${prefix}1`, anEntityId()].map((text) => parseEntityId(text) as EntityId);
      await subscribeToAll(stores.subscriptions, connection, [inside, outside] as EntityId[]);
      const asked: unknown[] = [];

      await review(
        connection,
        async (...question) => {
          asked.push(question);
          return [DENIED];
        },
        { pattern: parseEntityPattern(`${prefix}*`) as EntityPattern },
      );

      expect(asked).toEqual([[{ userId: connection.identity.userId, grants }, [inside]]]);
      expect(await heard(connection, [inside, outside] as EntityId[])).toEqual([outside]);
    });

    it("attack:H3 leaves the subscriptions of other connections", async () => {
      const { connection, list } = await following(2);
      const other = await openedUntil(stores);
      await subscribeToAll(stores.subscriptions, other, list);

      await review(connection, denying(...list));

      expect(await heard(other, list)).toEqual(list);
    });

    it.each(NOT_LIVE)("does nothing for a connection that %s", async (_what, prepare, seconds) => {
      const { connection } = await following(2);
      await prepare(stores, connection);
      let times = 0;

      const outcome = await review(
        connection,
        async (_requester, entityIds) => {
          times += 1;
          return entityIds.map(() => DENIED);
        },
        { now: addSeconds(NOW, seconds) },
      );

      expect([outcome, times]).toEqual([{ denied: [] }, 0]);
    });

    it("does nothing for a connection that was never opened", async () => {
      const connection = aConnection();

      expect(await review(connection, denying())).toEqual({ denied: [] });

      expect(await stores.connections.open(connection, [])).toBe("stored");
    });

    it("ends many subscriptions, which it tells together, and closing finds the rest", async () => {
      const { connection, list } = await following(160);
      const [kept, gone] = [list.slice(0, 20), list.slice(20)];

      const { untold, denied } = await review(connection, denying(...gone));

      expect(denied.map(({ entityId }) => entityId).toSorted()).toEqual(gone.toSorted());
      expect(untold?.ended.map(({ entityId }) => entityId).toSorted()).toEqual(gone.toSorted());
      expect(await heard(connection, list)).toEqual(kept);
      const limited = await subscribeToAll(stores.subscriptions, connection, entities(2), { limit: 21 });
      expect(told(limited)).toEqual(["subscribed", "limit-reached"]);
      await stores.connections.close(connection.id, NOW);
      await stores.subscriptions.unsubscribeAll(connection.id);
      expect(await heard(connection, list)).toEqual([]);
    }, 60_000);

    it.each<[string, DecideAgain]>([
      ["throws", () => Promise.reject(new Error("no policy"))],
      ["does not decide about one", decide(() => undefined)],
    ])("attack:H2 changes nothing if the policy %s", async (_what, again) => {
      const { connection, list } = await following(3);
      const partly: DecideAgain = async (requester, entityIds) => {
        const [first, ...rest] = await again(requester, entityIds);
        return [first, ...rest.map(() => DENIED)];
      };

      await expect(review(connection, partly)).rejects.toThrow();

      expect(await heard(connection, list)).toEqual(list);
      expect(await untoldOf(connection)).toBeUndefined();
    });

    it("attack:H4 is seen by a subscribe that has decided before it", async () => {
      const { connection } = await following(1);
      const [entityId = anEntityId()] = entities(1);
      let isAllowed = true;
      const current = () => (isAllowed ? allowedUntil() : DENIED);

      const outcome = await subscribeToAll(stores.subscriptions, connection, [entityId], {
        decide: async () => {
          const decided = current();
          if (isAllowed) {
            isAllowed = false;
            await review(connection, decide(current));
          }
          return [decided];
        },
      });

      expect(told(outcome)).toEqual([DENIED]);
      expect(await heard(connection, [entityId])).toEqual([]);
    });

    it("attack:H4 leaves nothing of a concurrent subscribe that its grants deny", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await inRounds(async (wait) => {
        const connection = await openedUntil(stores);
        const list = entities(2);
        let isAllowed = true;
        const current = () => (isAllowed ? allowedUntil() : DENIED);
        const asked = list.map((entityId) =>
          subscribeToAll(stores.subscriptions, connection, [entityId], { decide: deciding(current) }),
        );
        const withdrawn = after(wait, async () => {
          isAllowed = false;
          await other.reviews.review(connection.id, NOW, { decide: decide(current), decision: "d1" });
        });
        await Promise.all([...asked, withdrawn]);
        return heard(connection, list);
      });

      expect(left.flat()).toEqual([]);
    });
  });

  describe("what is untold", () => {
    it("is told again by each review, until it is forgotten", async () => {
      const { connection, list } = await following(2);
      const [gone] = list;
      const first = await review(connection, denying(gone));

      const again = await review(connection, denying(), { decision: "d2" });
      expect(again.denied).toEqual([]);
      expect(again.untold?.ended).toEqual(ended("d1", gone));

      if (again.untold !== undefined) await stores.reviews.forgetUntold(connection.id, again.untold);
      expect(await untoldOf(connection)).toBeUndefined();
      if (first.untold !== undefined) await stores.reviews.forgetUntold(connection.id, first.untold);
    });

    it("is of all reviews since, each with its own decision", async () => {
      const { connection, list } = await following(3);
      const [one, two] = list;
      await review(connection, denying(one));

      const { untold } = await review(connection, denying(one, two), { decision: "d2" });

      expect(untold?.ended).toEqual([...ended("d1", one), ...ended("d2", two)]);
      expect(await untoldOf(connection)).toMatchObject({ ended: [...ended("d1", one), ...ended("d2", two)] });
    });

    it("is not forgotten by a late call for an older note", async () => {
      const { connection, list } = await following(2);
      const [one, two] = list;
      const first = await review(connection, denying(one));
      await review(connection, denying(two), { decision: "d2" });

      if (first.untold !== undefined) await stores.reviews.forgetUntold(connection.id, first.untold);

      expect(await untoldOf(connection)).toMatchObject({ ended: [...ended("d1", one), ...ended("d2", two)] });
    });

    it("has nothing to which the connection is subscribed again", async () => {
      const { connection, list } = await following(3);
      const [one, two] = list;
      await review(connection, denying(one, two));
      await subscribeToAll(stores.subscriptions, connection, list.slice(0, 1));

      expect(await untoldOf(connection)).toMatchObject({ ended: ended("d1", two) });
      expect((await review(connection, denying(list[2]), { decision: "d2" })).untold?.ended).toEqual([
        ...ended("d1", two),
        ...ended("d2", list[2]),
      ]);
    });

    it("has the greatest seq of the connection when the last of it ended", async () => {
      const { connection, list } = await following(3, 3);
      const [one, two] = list;
      await unsubscribeFromAll(stores.subscriptions, connection, entities(1), { seq: 5 });
      expect((await review(connection, denying(one))).untold?.seq).toBe(5);

      await unsubscribeFromAll(stores.subscriptions, connection, entities(1), { seq: 7 });
      expect((await untoldOf(connection))?.seq).toBe(5);
      expect((await review(connection, denying(two))).untold?.seq).toBe(7);
    });

    it("has no seq if the client sends none", async () => {
      const { connection, list } = await following(1);

      expect((await review(connection, denying(...list))).untold?.seq).toBeUndefined();
    });

    it("may be forgotten where there is none", async () => {
      const { connection } = await following(1);
      const note = { ended: [], revision: 1 };

      await stores.reviews.forgetUntold(connection.id, note);
      await stores.reviews.forgetUntold(aConnection().id, note);
    });
  });

  describeOutages(suite, whenDown, "SUBSCRIPTION_STORE", {
    review: (down) => down.review(aConnection().id, NOW, { decide: denying(), decision: "d1" }),
    forgetUntold: (down) => down.forgetUntold(aConnection().id, { ended: [], revision: 1 }),
  });
}
