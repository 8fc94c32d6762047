import fc from "fast-check";
import { expect, vi } from "vitest";
import type {
  ConnectionRenewals,
  PreviousToken,
  RenewOutcome,
} from "../../src/application/ports/connection-renewals.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import { type EndingCode, type EndSlot, endSlot } from "../../src/domain/connection/ending.ts";
import type { Seq } from "../../src/domain/connection/seq.ts";
import type { Grants } from "../../src/domain/grants/grant.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import type { TokenFacts } from "../../src/domain/token/token-facts.ts";
import { type Fault, withFaults } from "../fakes/with-faults.ts";
import { aConnection, aUserId, NOW, tokenFacts } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { after as afterwards, inRounds } from "../support/in-rounds.ts";
import { type LifeStores, NEW_END, OLD_END, openedUntil, renewalOf, renewed } from "../support/life-stores.ts";
import { DENIED, entities, grantsOf, subscribeToAll, told } from "../support/many-subscriptions.ts";
import { subscribeOne } from "../support/one-subscription.ts";
import { readAll } from "../support/read-all.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type ConnectionRenewalsSubject = {
  /** All stores of one table. Tests may share it, it may hold data of earlier runs, and another run may use it. */
  readonly makeStores: () => LifeStores;
  /** The same table, seen from another process. Absent if no other process can reach it. */
  readonly elsewhere?: () => LifeStores;
  readonly whenDown: WhenDown<ConnectionRenewals>;
  /** The longest time that its indexes may lag behind. */
  readonly lagMillis?: number;
};

const nothing = async () => {};

const [ORDERS, NEWS] = [grantsOf("subscribe:order-*", "subscribe:user-1"), grantsOf("subscribe:news-*")];

/** A moment at which only a renewed connection is live. */
const BETWEEN = addSeconds(OLD_END, 30);

/** A connection that takes no renewal, and the seconds until that holds. */
const ABSENT: readonly [string, (stores: LifeStores) => Promise<Connection>, number, RenewOutcome["kind"]][] = [
  ["that was never opened", async () => aConnection(), 0, "not-connected"],
  [
    "that another user has",
    async (stores) => ({ ...(await openedUntil(stores)), identity: { userId: aUserId() } }),
    0,
    "not-connected",
  ],
  ["that was closed", (stores) => closed(stores), 0, "not-connected"],
  ["fault:M6 whose token ends now", (stores) => openedUntil(stores), 600, "token-expired"],
  ["whose time is over", (stores) => openedUntil(stores, addSeconds(NOW, 7080)), 7080, "not-connected"],
  ["that was ended by TOKEN_EXPIRED", (stores) => ended(stores, "TOKEN_EXPIRED"), 0, "token-expired"],
  ["fault:M8 that was ended by TOKEN_REVOKED", (stores) => ended(stores, "TOKEN_REVOKED"), 0, "token-revoked"],
  ["that was ended by DISCONNECTED", (stores) => ended(stores, "DISCONNECTED"), 0, "not-connected"],
];

/** Every sentence of the port's comment but the price, which a test of the adapter has. */
export function describeConnectionRenewals(
  { makeStores, elsewhere, whenDown, lagMillis = 3_000 }: ConnectionRenewalsSubject,
  suite: Suite = VITEST,
): void {
  const { describe, it, beforeEach } = suite;
  let stores: LifeStores;
  beforeEach(() => {
    stores = makeStores();
  });

  const eventually = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: lagMillis, interval: 10 });
  const candidatesIn = (slot: EndSlot) => readAll((from) => stores.endings.candidatesIn(slot, from));
  const inspected = async ({ id }: Connection) => (await stores.endings.inspect([id], NOW))[0];
  const showsOpen = async (connection: Connection) =>
    expect(await inspected(connection)).toEqual({ kind: "open", connection });

  describe("renew", () => {
    it("fault:M7 replaces the facts of the token, moves the end, and tells the facts before", async () => {
      const connection = await openedUntil(stores);
      const renewal = renewalOf(connection);

      expect(await stores.renewals.renew(renewal, NOW, nothing)).toEqual({
        kind: "renewed",
        previous: beforeIt(connection),
      });

      await showsOpen(renewed(connection, renewal));
    });

    it("leaves no fact that the new token does not have", async () => {
      const connection = await openedUntil(stores);
      const { issuer } = connection.token;
      const renewal = { ...renewalOf(connection), token: { issuer, expiresAt: NEW_END } };

      await stores.renewals.renew(renewal, NOW, nothing);

      await showsOpen(renewed(connection, renewal));
    });

    it("keeps the connection live past its old end, by each port, without a wait", async () => {
      const connection = await openedUntil(stores);
      const { id, identity } = connection;
      const subscription = aSubscription(connection);
      await subscribeOne(stores.subscriptions, subscription, NOW, { limit: 5 });
      await eventually(async () => expect(await listed(connection, NOW)).toHaveLength(1));

      await stores.renewals.renew(renewalOf(connection), NOW, nothing);

      expect(await listed(connection, BETWEEN)).toEqual([id]);
      expect(await stores.connections.liveConnectionsAmong([id], identity.userId, BETWEEN)).toHaveLength(1);
      const { entityId } = subscription;
      const current = [{ ...subscription, expiresAt: NEW_END }];
      expect(await readAll((from) => stores.subscriptions.subscribersOf(entityId, BETWEEN, from))).toEqual(current);
      expect(await stores.subscriptions.subscribersAmong([id], entityId, BETWEEN)).toEqual(current);
      expect(await subscribeOne(stores.subscriptions, aSubscription(connection), BETWEEN, { limit: 5 })).toBe(
        "subscribed",
      );
      expect(await stores.connections.open(connection, [])).toBe("stored");
    });

    it("fault:M6 ends the connection at its new end, by each port", async () => {
      const connection = await openedUntil(stores);
      const { id, identity } = connection;
      const subscription = aSubscription(connection);
      await subscribeOne(stores.subscriptions, subscription, NOW, { limit: 5 });
      await stores.renewals.renew(renewalOf(connection), NOW, nothing);

      await eventually(async () => expect(await listed(connection, addSeconds(NEW_END, -1))).toEqual([id]));
      expect(await listed(connection, NEW_END)).toEqual([]);
      expect(await stores.connections.liveConnectionsAmong([id], identity.userId, NEW_END)).toEqual([]);
      const { entityId } = subscription;
      expect((await stores.subscriptions.subscribersOf(entityId, NEW_END)).items).toEqual([]);
      expect(await stores.subscriptions.subscribersAmong([id], entityId, NEW_END)).toEqual([]);
      expect(await subscribeOne(stores.subscriptions, aSubscription(connection), NEW_END, { limit: 5 })).toBe(
        "token-expired",
      );
    });

    it.each([
      ["for none before", [], ORDERS],
      ["for others", ORDERS, NEWS],
      ["and leaves none", ORDERS, []],
    ])("attack:H4 replaces grants in the same step %s, and tells those before", async (_what, before, next) => {
      const connection = await openedWith(before);
      const renewal = renewalOf(connection, {}, next);
      const seen: unknown[] = [];

      const outcome = await stores.renewals.renew(renewal, NOW, async () => {
        seen.push(await inspected(connection), await grantsIn(connection));
      });

      expect(outcome).toEqual({ kind: "renewed", previous: { token: connection.token, grants: before } });
      expect(seen).toEqual([{ kind: "open", connection }, before]);
      await showsOpen(renewed(connection, renewal));
      expect(await grantsIn(connection)).toEqual(next);
    });

    it.each([
      ["grants", ORDERS],
      ["no grants", []],
    ])("keeps %s that are the same, without a preparation", async (_what, grants) => {
      const connection = await openedWith(grants);
      let times = 0;

      const outcome = await stores.renewals.renew(renewalOf(connection, {}, grants), NOW, async () => {
        times += 1;
      });

      expect(outcome).toEqual({ kind: "renewed", previous: { token: connection.token, grants: [] } });
      expect([times, await grantsIn(connection)]).toEqual([0, grants]);
    });

    it("attack:H4 writes nothing if the preparation for other grants fails", async () => {
      const connection = await openedWith(ORDERS);
      const fail = () => Promise.reject(new Error("no queue"));

      await expect(stores.renewals.renew(renewalOf(connection, {}, NEWS), NOW, fail)).rejects.toThrow();

      await showsOpen(connection);
      expect(await grantsIn(connection)).toEqual(ORDERS);
    });

    it("attack:H4 prepares also if others came to be granted meanwhile", async () => {
      const connection = await openedWith(ORDERS);
      const between = renewalOf(connection, { expiresAt: addSeconds(NEW_END, -60) }, NEWS);
      let times = 0;

      const outcomes = await Promise.all([
        stores.renewals.renew(between, NOW, nothing),
        stores.renewals.renew(renewalOf(connection, {}, ORDERS), NOW, async () => {
          times += 1;
        }),
      ]);

      const [first] = outcomes.map(({ kind }) => kind);
      expect(times).toBe(first === "renewed" ? 1 : 0);
      expect(await grantsIn(connection)).toEqual(ORDERS);
    });

    it("fault:M2 keeps new grants when a late open with the old ones is repeated", async () => {
      const connection = await openedWith(ORDERS);
      await stores.renewals.renew(renewalOf(connection, {}, NEWS), NOW, nothing);

      expect(await stores.connections.open(connection, ORDERS)).toBe("stored");

      expect(await grantsIn(connection)).toEqual(NEWS);
    });

    it.each([4, 5])("is stale with seq %i after 5, and changes nothing", async (seq) => {
      const connection = await openedWith(ORDERS);
      await subscribeToAll(stores.subscriptions, connection, entities(1), { seq: 5 });
      const renewal = { ...renewalOf(connection, {}, NEWS), seq: seq as Seq };

      expect(await stores.renewals.renew(renewal, NOW, nothing)).toEqual({ kind: "stale" });

      await showsOpen(connection);
      expect(await grantsIn(connection)).toEqual(ORDERS);
      const next = { ...renewal, seq: 6 as Seq };
      expect((await stores.renewals.renew(next, NOW, nothing)).kind).toBe("renewed");
    });

    it("leaves the seq of requests before a renewal without one, and one that is taken back", async () => {
      const connection = await openedUntil(stores);
      const list = entities(1);
      await subscribeToAll(stores.subscriptions, connection, list, { seq: 5 });
      await stores.renewals.renew(renewalOf(connection), NOW, nothing);
      expect(told(await subscribeToAll(stores.subscriptions, connection, list, { seq: 5 }))).toBe("stale");

      const [first, second] = [renewalOf(connection), renewalOf(connection, { expiresAt: addSeconds(NEW_END, 60) })];
      await stores.renewals.renew({ ...second, seq: 7 as Seq }, NOW, nothing);
      await stores.renewals.takeBack(second, { token: first.token, grants: [] });

      expect(told(await subscribeToAll(stores.subscriptions, connection, list, { seq: 6 }))).toBe("stale");
    });

    it("moves the connection to the slot of its new end", async () => {
      const connection = await openedUntil(stores);

      await stores.renewals.renew(renewalOf(connection), NOW, nothing);

      await eventually(async () => {
        const candidate = { id: connection.id, ends: "connection" };
        expect(await candidatesIn(endSlot(NEW_END))).toContainEqual(candidate);
        expect(await candidatesIn(endSlot(OLD_END))).not.toContainEqual(candidate);
      });
    });

    it("lengthens no life beyond closesAt, whatever the token's end", async () => {
      const connection = await openedUntil(stores);
      const renewal = renewalOf(connection, { expiresAt: addSeconds(NOW, 20_000) });

      await stores.renewals.renew(renewal, NOW, nothing);

      await showsOpen({ ...connection, token: renewal.token, expiresAt: addSeconds(NOW, 7080) });
    });

    it.each([
      ["at the same time", OLD_END],
      ["earlier", addSeconds(OLD_END, -60)],
    ])("fault:M7 refuses a token that ends %s, and changes nothing", async (_row, expiresAt) => {
      const connection = await openedUntil(stores);

      expect(await stores.renewals.renew(renewalOf(connection, { expiresAt }), NOW, nothing)).toEqual({
        kind: "ends-no-later",
      });

      await showsOpen(connection);
    });

    it.each(ABSENT)("refuses a connection %s, and changes nothing", async (_row, prepare, seconds, kind) => {
      const connection = await prepare(stores);
      const before = await inspected(connection);

      const renewal = renewalOf(connection, { expiresAt: addSeconds(NOW, 9000) });
      expect(await stores.renewals.renew(renewal, addSeconds(NOW, seconds), nothing)).toEqual({ kind });

      expect(await inspected(connection)).toEqual(before);
    });

    it("fault:M7 keeps the later end of two renewals, in whichever order they arrive", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await inRounds(async (wait) => {
        const connection = await openedUntil(stores);
        const [early, late] = [renewalOf(connection), renewalOf(connection, { expiresAt: addSeconds(NEW_END, 60) })];
        const outcomes = await Promise.all([
          stores.renewals.renew(late, NOW, nothing),
          afterwards(wait, () => other.renewals.renew(early, NOW, nothing)),
        ]);
        return { outcomes, isRight: isOpenWith(await inspected(connection), late.token) };
      });

      expect(left.filter(({ outcomes, isRight }) => outcomes[0].kind !== "renewed" || !isRight)).toEqual([]);
    });

    it("revives nothing that a concurrent close has ended", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await inRounds(async (wait) => {
        const connection = await openedUntil(stores);
        await Promise.all([
          stores.renewals.renew(renewalOf(connection), NOW, nothing),
          afterwards(wait, () => other.connections.close(connection.id, NOW)),
        ]);
        return { inspected: await inspected(connection), again: await stores.connections.open(connection, []) };
      });

      expect(left.filter((one) => one.inspected !== undefined || one.again !== "closed")).toEqual([]);
    });

    it("fault:M7 and a concurrent end have one winner", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await inRounds(async (wait) => {
        const connection = await openedUntil(stores);
        const [outcome, isEnded] = await Promise.all([
          stores.renewals.renew(renewalOf(connection), NOW, nothing),
          afterwards(wait, () => other.endings.end(connection, "TOKEN_EXPIRED", NOW)),
        ]);
        return [outcome.kind, isEnded, (await inspected(connection))?.kind].join();
      });

      const possible = ["renewed,false,open", "token-expired,true,ended"];
      expect(left.filter((one) => !possible.includes(one))).toEqual([]);
    });

    it("leaves no subscription with the old end behind a concurrent subscribe", async () => {
      const other = elsewhere?.() ?? stores;
      const left = await inRounds(async (wait) => {
        const connection = await openedUntil(stores);
        const entityId = anEntityId();
        const [subscribed, outcome] = await Promise.all([
          subscribeOne(stores.subscriptions, aSubscription(connection, entityId), NOW, { limit: 5 }),
          afterwards(wait, () => other.renewals.renew(renewalOf(connection), NOW, nothing)),
        ]);
        const { items } = await stores.subscriptions.subscribersOf(entityId, BETWEEN);
        return [outcome.kind, subscribed, ...items.map(({ expiresAt }) => expiresAt === NEW_END)].join();
      });

      expect(left.filter((one) => one !== "renewed,subscribed,true")).toEqual([]);
    });

    it("fault:M7 ends the same after any calls, in any order, with any faults", async () => {
      const call = fc.record({
        minutes: fc.integer({ min: 11, max: 15 }),
        fault: fc.constantFrom<Fault>("none", "lost", "late"),
      });

      await fc.assert(
        fc.asyncProperty(fc.array(call, { maxLength: 6 }), async (calls) => {
          const connection = await openedUntil(stores);
          const faults = calls.map(({ fault }) => fault);
          const faulty = withFaults(stores.renewals, () => faults.shift() ?? "none");
          const ends = calls.map(({ minutes }) => addSeconds(NOW, minutes * 60));
          await Promise.allSettled(
            ends.map((expiresAt) => faulty.renew(renewalOf(connection, { expiresAt }), NOW, nothing)),
          );

          const arrived = ends.filter((_, n) => calls[n]?.fault !== "lost");
          expect(await inspected(connection)).toMatchObject({
            kind: "open",
            connection: { expiresAt: Math.max(OLD_END, ...arrived) },
          });
        }),
        { numRuns: 40 },
      );
    });
  });

  describe("takeBack", () => {
    it.each<[string, TokenFacts]>([
      ["with all its facts", tokenFacts({ expiresAt: OLD_END })],
      ["without id and iat", { issuer: tokenFacts().issuer, expiresAt: OLD_END }],
    ])("puts back a token %s, and may be repeated", async (_row, token) => {
      const connection = aConnection({ token, expiresAt: OLD_END });
      await stores.connections.open(connection, []);
      const renewal = renewalOf(connection);
      await stores.renewals.renew(renewal, NOW, nothing);

      await stores.renewals.takeBack(renewal, beforeIt(connection));
      await stores.renewals.takeBack(renewal, beforeIt(connection));

      await showsOpen(connection);
      expect(await listed(connection, OLD_END)).toEqual([]);
    });

    it.each([
      ["for none before", [], ORDERS],
      ["for others", ORDERS, NEWS],
      ["that the new token does not have", ORDERS, []],
      ["that are the same", ORDERS, ORDERS],
    ])("attack:H4 puts back grants %s", async (_what, before, next) => {
      const connection = await openedWith(before);
      const renewal = renewalOf(connection, {}, next);
      const outcome = await stores.renewals.renew(renewal, NOW, nothing);
      if (outcome.kind !== "renewed") throw new Error(outcome.kind);

      await stores.renewals.takeBack(renewal, outcome.previous);
      await stores.renewals.takeBack(renewal, outcome.previous);

      await showsOpen(connection);
      expect(await grantsIn(connection)).toEqual(before);
    });

    it("undoes no newer renewal", async () => {
      const connection = await openedUntil(stores);
      const [older, newer] = [renewalOf(connection), renewalOf(connection, { expiresAt: addSeconds(NEW_END, 60) })];
      await stores.renewals.renew(older, NOW, nothing);
      await stores.renewals.renew(newer, NOW, nothing);

      await stores.renewals.takeBack(older, beforeIt(connection));

      await showsOpen(renewed(connection, newer));
    });

    it("undoes no renewal by another token of the same end", async () => {
      const connection = await openedUntil(stores);
      const [refused, good] = [renewalOf(connection), renewalOf(connection)];
      await stores.renewals.renew(refused, NOW, nothing);
      await stores.renewals.takeBack(refused, beforeIt(connection));
      await stores.renewals.renew(good, NOW, nothing);

      await stores.renewals.takeBack(refused, beforeIt(connection));

      await showsOpen(renewed(connection, good));
    });

    it("revives nothing that was closed or never opened", async () => {
      const connection = await openedUntil(stores);
      const renewal = renewalOf(connection);
      await stores.renewals.renew(renewal, NOW, nothing);
      await stores.connections.close(connection.id, NOW);
      const stranger = aConnection();

      await stores.renewals.takeBack(renewal, beforeIt(connection));
      await stores.renewals.takeBack(renewalOf(stranger), beforeIt(stranger));

      expect(await inspected(connection)).toBeUndefined();
      expect(await inspected(stranger)).toBeUndefined();
      expect(await stores.connections.open(connection, [])).toBe("closed");
    });

    it.each(["before", "after"])(
      "fault:M8 leaves no subscription from %s it with the end that was taken back",
      async (when) => {
        const connection = await openedUntil(stores);
        const subscription = aSubscription(connection);
        const renewal = renewalOf(connection);
        await stores.renewals.renew(renewal, NOW, nothing);

        if (when === "before") await subscribeOne(stores.subscriptions, subscription, NOW, { limit: 5 });
        await stores.renewals.takeBack(renewal, beforeIt(connection));
        if (when === "after") await subscribeOne(stores.subscriptions, subscription, NOW, { limit: 5 });

        expect((await stores.subscriptions.subscribersOf(subscription.entityId, NOW)).items).toEqual([subscription]);
        expect((await stores.subscriptions.subscribersOf(subscription.entityId, OLD_END)).items).toEqual([]);
      },
    );
  });

  describeOutages(suite, whenDown, "CONNECTION_STORE", {
    renew: (down) => down.renew(renewalOf(aConnection()), NOW, nothing),
    takeBack: (down) => down.takeBack(renewalOf(aConnection()), { token: tokenFacts(), grants: [] }),
  });

  async function openedWith(grants: Grants): Promise<Connection> {
    const token = { ...renewalOf(aConnection(), {}, grants).token, expiresAt: OLD_END };
    const connection = aConnection({ token, expiresAt: OLD_END });
    await stores.connections.open(connection, grants);
    return connection;
  }

  /** The grants with which a policy is asked. */
  async function grantsIn(connection: Connection): Promise<Grants | undefined> {
    let asked: Grants | undefined;
    const decide = async (grants: Grants) => {
      asked = grants;
      return [DENIED];
    };
    await subscribeToAll(stores.subscriptions, connection, entities(1), { decide });
    return asked;
  }

  async function listed({ identity }: Connection, now: EpochSeconds) {
    const all = await readAll((from) => stores.connections.liveConnectionsOf(identity.userId, now, from));
    return [...new Set(all.map(({ id }) => id))];
  }
}

/** What the first renewal of a connection without grants replaces. */
function beforeIt({ token }: Connection): PreviousToken {
  return { token, grants: [] };
}

function isOpenWith(found: unknown, token: TokenFacts): boolean {
  const { kind, connection } = (found ?? {}) as { readonly kind?: string; readonly connection?: Connection };
  return kind === "open" && connection?.token.tokenId === token.tokenId;
}

async function closed(stores: LifeStores): Promise<Connection> {
  const connection = await openedUntil(stores);
  await stores.connections.close(connection.id, NOW);
  return connection;
}

async function ended(stores: LifeStores, code: EndingCode): Promise<Connection> {
  const connection = await openedUntil(stores);
  await stores.endings.end(connection, code, NOW);
  return connection;
}
