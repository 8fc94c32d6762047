import { describe, expect, it } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { AccessPolicy } from "../../../src/application/ports/access-policy.ts";
import { makeSubscribe, makeUnsubscribe } from "../../../src/application/subscriptions/subscribe.ts";
import type { Seq } from "../../../src/domain/connection/seq.ts";
import type { AccessDecision } from "../../../src/domain/grants/access-decision.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { type Fault, withFaults } from "../../fakes/with-faults.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";

const ALLOWED: AccessDecision = { kind: "allowed", rule: "TEST" };
const DENIED: AccessDecision = { kind: "denied", rule: "NOT_GRANTED", closest: "subscribe:order-" };

/** Decides about each entity alone. */
function policyOf(decide: (entityId: EntityId) => AccessDecision | undefined): AccessPolicy {
  return { decide: async (_requester, entityIds) => entityIds.map(decide) };
}

type Options = {
  readonly opened?: Parameters<typeof aConnection>[0];
  readonly policy?: AccessPolicy;
  readonly grants?: Grants;
  readonly limit?: number;
  /** Faults of the store under `subscribe`. */
  readonly faults?: () => Fault;
};

async function setUp({ opened = {}, policy = policyOf(() => ALLOWED), grants = [], limit = 2, faults }: Options = {}) {
  const clock = new FixedClock(NOW * 1000);
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const connection = aConnection(opened);
  await connections.open(connection, grants);
  let decisions = 0;
  const ids = { next: () => `decision-${++decisions}` };
  const store = faults === undefined ? subscriptions : withFaults(subscriptions, faults);
  const subscribe = makeSubscribe({ policy, subscriptions: store, clock, ids, limit });
  const unsubscribe = makeUnsubscribe({ subscriptions, clock });
  const { id: connectionId, identity } = connection;
  const request = (entityIds: readonly (EntityId | undefined)[], seq?: number) => {
    return { entityIds, connectionId, userId: identity.userId, ...(seq !== undefined && { seq: seq as Seq }) };
  };
  return {
    clock,
    connections,
    subscriptions,
    connection,
    subscribe: (entityIds: readonly (EntityId | undefined)[], seq?: number) => subscribe(request(entityIds, seq)),
    unsubscribe: (entityIds: readonly (EntityId | undefined)[], seq?: number) => unsubscribe(request(entityIds, seq)),
    subscribersOf: async (entityId: EntityId, now = NOW) => (await subscriptions.subscribersOf(entityId, now)).items,
    followed: () => [...connections.entitiesOf(connectionId)],
    decisions: () => decisions,
  };
}

const [A, B, C] = [anEntityId(), anEntityId(), anEntityId()];

describe("subscribe", () => {
  it("lasts as long as the connection, and answers with the connection as its record has it", async () => {
    const { subscribe, subscribersOf, connection } = await setUp({ opened: { expiresAt: addSeconds(NOW, 60) } });

    expect(await subscribe([A])).toEqual({
      kind: "answered",
      results: ["subscribed"],
      connection,
      now: NOW,
      denials: [],
    });

    expect(await subscribersOf(A, addSeconds(NOW, 59))).toHaveLength(1);
    expect(await subscribersOf(A, addSeconds(NOW, 60))).toEqual([]);
  });

  it("attack:H6 stops at the limit", async () => {
    const { subscribe, followed } = await setUp();

    expect(await subscribe([A, B, C])).toMatchObject({ results: ["subscribed", "subscribed", "limit-reached"] });
    expect(await subscribe([C])).toMatchObject({ results: ["limit-reached"] });
    expect(followed()).toEqual([A, B]);
  });

  it("attack:H7 is refused without a live connection", async () => {
    const { clock, subscribe } = await setUp();
    clock.advance(7200);

    expect(await subscribe([A])).toEqual({ kind: "not-connected" });
  });

  it("answers for each name in its order: a repetition like the first, a malformed one alone", async () => {
    const { subscribe, followed } = await setUp({ policy: policyOf((id) => (id === B ? DENIED : ALLOWED)) });

    const outcome = await subscribe([B, A, undefined, A, B, undefined, C]);

    const results = ["denied", "subscribed", "malformed", "subscribed", "denied", "malformed", "subscribed"];
    expect(outcome).toMatchObject({ kind: "answered", results });
    expect(followed()).toEqual([A, C]);
  });

  it("attack:H6 counts a repeated name once, at the limit too", async () => {
    const { subscribe } = await setUp({ limit: 1 });

    expect(await subscribe([A, A, B, A])).toMatchObject({
      results: ["subscribed", "subscribed", "limit-reached", "subscribed"],
    });
  });

  it("writes nothing without an entity, and asks no policy", async () => {
    const never: AccessPolicy = { decide: () => Promise.reject(new Error("asked")) };
    const { subscribe, connections, connection } = await setUp({ policy: never });

    expect(await subscribe([], 5)).toMatchObject({ kind: "answered", results: [] });
    expect(await subscribe([undefined], 5)).toMatchObject({ kind: "answered", results: ["malformed"] });

    expect(connections.openRecord(connection.id)?.marks).toEqual({ revision: 0 });
  });

  it("is not acknowledged when the store fails", async () => {
    const { subscribe } = await setUp({ faults: () => "lost" });

    await expect(subscribe([A])).rejects.toThrow(DependencyUnavailableError);
  });

  it("reports an entity without a result as failed, and no other", async () => {
    const { subscribe, followed } = await setUp({ policy: policyOf((id) => (id === B ? undefined : ALLOWED)) });

    expect(await subscribe([A, B])).toMatchObject({ results: ["subscribed", "failed"], denials: [] });
    expect(followed()).toEqual([A]);
  });
});

describe("a denial", () => {
  it("has the rule and the closest grant; all of one request have one id", async () => {
    const { subscribe, decisions } = await setUp({ policy: policyOf((id) => (id === C ? ALLOWED : DENIED)) });

    expect(await subscribe([A, C, B, A])).toMatchObject({
      decision: "decision-1",
      denials: [
        { entityId: A, rule: "NOT_GRANTED", closest: "subscribe:order-" },
        { entityId: B, rule: "NOT_GRANTED", closest: "subscribe:order-" },
      ],
    });
    expect(await subscribe([A])).toMatchObject({ decision: "decision-2" });
    expect(decisions()).toBe(2);
  });

  it("is alone in needing an id", async () => {
    const { subscribe, decisions } = await setUp({ limit: 1 });

    expect(await subscribe([A, B, undefined])).not.toHaveProperty("decision");
    expect(decisions()).toBe(0);
  });

  it("attack:H1 writes nothing, not even a seq", async () => {
    const { subscribe, subscribersOf, connections, connection } = await setUp({ policy: policyOf(() => DENIED) });

    expect(await subscribe([A], 3)).toMatchObject({ results: ["denied"] });

    expect(await subscribersOf(A)).toEqual([]);
    expect(connections.openRecord(connection.id)?.marks).toEqual({ revision: 0 });
  });
});

describe("the policy", () => {
  it("is asked once for all entities of a request, each once, with what the connection's token grants now", async () => {
    const asked: unknown[] = [];
    const policy: AccessPolicy = {
      async decide(...question) {
        asked.push(question);
        return question[1].map(() => ALLOWED);
      },
    };
    const grants = [parseGrant("subscribe:order-*")].filter((grant) => grant !== undefined);
    const { subscribe, connection } = await setUp({ policy, grants });

    await subscribe([A, undefined, B, A]);

    expect(asked).toEqual([[{ userId: connection.identity.userId, grants }, [A, B]]]);
  });

  it("attack:H2 that fails as a whole makes the whole request fail", async () => {
    const { subscribe, followed } = await setUp({ policy: { decide: () => Promise.reject(new Error("down")) } });

    await expect(subscribe([A])).rejects.toMatchObject({ dependency: "ACCESS_POLICY" });
    expect(followed()).toEqual([]);
  });

  it("is not asked for a connection that is not live", async () => {
    const never: AccessPolicy = { decide: () => Promise.reject(new Error("asked")) };
    const { clock, subscribe } = await setUp({ policy: never });
    clock.advance(7200);

    expect(await subscribe([A])).toEqual({ kind: "not-connected" });
  });

  it("decides again if a token with other grants came while it was thinking", async () => {
    const seen: Grants[] = [];
    const grants = [parseGrant("subscribe:*")].filter((grant) => grant !== undefined);
    const meanwhile: (() => Promise<void>)[] = [];
    const policy: AccessPolicy = {
      async decide({ grants: had }, entityIds) {
        seen.push(had);
        await meanwhile.shift()?.();
        return entityIds.map(() => (had.length > 0 ? DENIED : ALLOWED));
      },
    };
    const { subscribe, connections, connection, followed } = await setUp({ policy });
    const { id: connectionId, identity, connectedAt, token } = connection;
    meanwhile.push(async () => {
      const newer = { ...token, expiresAt: addSeconds(token.expiresAt, 60), grants: "0123456789abcdef" as never };
      const renewal = { connectionId, userId: identity.userId, connectedAt, token: newer, grants };
      await connections.renew(renewal, NOW, async () => undefined);
    });

    expect(await subscribe([A])).toMatchObject({ results: ["denied"] });
    expect(seen).toEqual([[], grants]);
    expect(followed()).toEqual([]);
  });
});

describe("a request with a seq", () => {
  it("that comes late has no effect, whatever it asks", async () => {
    const { subscribe, unsubscribe, followed } = await setUp();
    await subscribe([A], 4);

    expect(await unsubscribe([A], 4)).toEqual({ kind: "stale" });
    expect(await subscribe([B], 3)).toEqual({ kind: "stale" });
    expect(await unsubscribe([A], 1)).toEqual({ kind: "stale" });
    expect(followed()).toEqual([A]);
    expect(await unsubscribe([A], 5)).toMatchObject({ results: ["unsubscribed"] });
    expect(await subscribe([A], 5)).toEqual({ kind: "stale" });
    expect(followed()).toEqual([]);
  });

  it("says nothing of requests without one", async () => {
    const { subscribe, unsubscribe, followed } = await setUp();
    await subscribe([A], 4);

    expect(await unsubscribe([A])).toMatchObject({ results: ["unsubscribed"] });
    expect(await subscribe([B])).toMatchObject({ results: ["subscribed"] });
    expect(await subscribe([A], 4)).toEqual({ kind: "stale" });
    expect(followed()).toEqual([B]);
  });
});

describe("unsubscribe", () => {
  it("ends what it names, in their order, and succeeds without a subscription", async () => {
    const { subscribe, unsubscribe, subscribersOf } = await setUp();
    await subscribe([A, B]);

    expect(await unsubscribe([C, undefined, A, A])).toEqual({
      kind: "answered",
      results: ["unsubscribed", "malformed", "unsubscribed", "unsubscribed"],
    });

    expect(await subscribersOf(A)).toEqual([]);
    expect(await subscribersOf(B)).toHaveLength(1);
  });

  it("attack:H7 is refused without a live connection", async () => {
    const { clock, unsubscribe } = await setUp();
    clock.advance(7200);

    expect(await unsubscribe([A])).toEqual({ kind: "not-connected" });
  });
});

describe("closing a connection", () => {
  it("ends all its subscriptions", async () => {
    const { clock, connections, subscriptions, connection, subscribe, subscribersOf } = await setUp();
    await subscribe([A, B]);

    await makeCloseConnection({ connections, subscriptions, clock })(connection.id);

    expect([...(await subscribersOf(A)), ...(await subscribersOf(B))]).toEqual([]);
    expect(await subscribe([A])).toEqual({ kind: "not-connected" });
  });

  it.each<[string, readonly Fault[]]>([
    ["before it closed the connection", ["lost"]],
    ["after it closed the connection", ["late"]],
    ["before it removed a subscription", ["none", "lost"]],
    ["after it removed the subscriptions", ["none", "late"]],
  ])("fault:18 interrupted %s is finished by the next call", async (_when, plan) => {
    const { clock, connections, subscriptions, connection, subscribe, subscribersOf } = await setUp();
    await subscribe([A]);
    const faults = [...plan];
    const nextFault = () => faults.shift() ?? "none";
    const close = makeCloseConnection({
      connections: withFaults(connections, nextFault),
      subscriptions: withFaults(subscriptions, nextFault),
      clock,
    });

    await expect(close(connection.id)).rejects.toThrow(DependencyUnavailableError);
    await close(connection.id);

    expect(await subscribersOf(A)).toEqual([]);
  });
});
