import { describe, expect, it } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { makeSubscribe, makeUnsubscribe } from "../../../src/application/subscriptions/subscribe.ts";
import { NO_GRANTS } from "../../../src/domain/identity/grants.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import {
  allowEverySubscription,
  type SubscriptionPolicy,
} from "../../../src/domain/subscription/subscription-policy.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { type Fault, withFaults } from "../../fakes/with-faults.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";

async function setUp(opened: Parameters<typeof aConnection>[0] = {}) {
  const clock = new FixedClock(NOW * 1000);
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const connection = aConnection(opened);
  await connections.open(connection);
  const subscribe = makeSubscribe({ policy: allowEverySubscription, subscriptions, clock, limit: 2 });
  return {
    clock,
    connections,
    subscriptions,
    connection,
    subscribe: (entityId: EntityId) =>
      subscribe({
        entityId,
        connectionId: connection.id,
        userId: connection.identity.userId,
        grants: NO_GRANTS,
      }),
    unsubscribe: (entityId: EntityId) =>
      makeUnsubscribe({ subscriptions, clock })({
        entityId,
        connectionId: connection.id,
        userId: connection.identity.userId,
      }),
    subscribersOf: async (entityId: EntityId, now = NOW) => (await subscriptions.subscribersOf(entityId, now)).items,
  };
}

describe("subscribe", () => {
  it("lasts as long as the connection", async () => {
    const { subscribe, subscribersOf } = await setUp({ expiresAt: addSeconds(NOW, 60) });
    const entityId = anEntityId();

    expect(await subscribe(entityId)).toEqual({ kind: "subscribed" });

    expect(await subscribersOf(entityId, addSeconds(NOW, 59))).toHaveLength(1);
    expect(await subscribersOf(entityId, addSeconds(NOW, 60))).toEqual([]);
  });

  it("attack:H6 stops at the limit", async () => {
    const { subscribe } = await setUp();
    const answers = [await subscribe(anEntityId()), await subscribe(anEntityId()), await subscribe(anEntityId())];

    expect(answers.map(({ kind }) => kind)).toEqual(["subscribed", "subscribed", "limit-reached"]);
  });

  it("attack:H7 is refused without a live connection", async () => {
    const { clock, subscribe } = await setUp();
    clock.advance(7200);

    expect(await subscribe(anEntityId())).toEqual({ kind: "not-connected" });
  });
});

describe("the policy", () => {
  it("is asked before the store: a denial writes nothing", async () => {
    const asked: unknown[] = [];
    const deny: SubscriptionPolicy = (...question) => {
      asked.push(question);
      return { kind: "denied", reason: "NOT_GRANTED" };
    };
    const { clock, connection, subscriptions, subscribersOf } = await setUp();
    const unreachable = withFaults(subscriptions, () => "lost");
    const subscribe = makeSubscribe({ policy: deny, subscriptions: unreachable, clock, limit: 2 });
    const { userId } = connection.identity;
    const entityId = anEntityId();
    const grants = ["subscribe:order-*"];

    const outcome = await subscribe({ entityId, connectionId: connection.id, userId, grants });

    expect(outcome).toEqual({ kind: "denied", reason: "NOT_GRANTED" });
    expect(asked).toEqual([[{ userId, grants }, entityId]]);
    expect(await subscribersOf(entityId)).toEqual([]);
  });
});

describe("unsubscribe", () => {
  it("ends it", async () => {
    const { subscribe, unsubscribe, subscribersOf } = await setUp();
    const entityId = anEntityId();
    await subscribe(entityId);

    expect(await unsubscribe(entityId)).toEqual({ kind: "unsubscribed" });

    expect(await subscribersOf(entityId)).toEqual([]);
  });
});

describe("unsubscribe without a live connection", () => {
  it("attack:H7 is refused", async () => {
    const { clock, unsubscribe } = await setUp();
    clock.advance(7200);

    expect(await unsubscribe(anEntityId())).toEqual({ kind: "not-connected" });
  });
});

describe("closing a connection", () => {
  it("ends all its subscriptions", async () => {
    const { clock, connections, subscriptions, connection, subscribe, subscribersOf } = await setUp();
    const [one, other] = [anEntityId(), anEntityId()];
    await subscribe(one);
    await subscribe(other);

    await makeCloseConnection({ connections, subscriptions, clock })(connection.id);

    expect([...(await subscribersOf(one)), ...(await subscribersOf(other))]).toEqual([]);
    expect(await subscribe(one)).toEqual({ kind: "not-connected" });
  });

  it.each<[string, readonly Fault[]]>([
    ["before it closed the connection", ["lost"]],
    ["after it closed the connection", ["late"]],
    ["before it removed a subscription", ["none", "lost"]],
    ["after it removed the subscriptions", ["none", "late"]],
  ])("fault:18 interrupted %s is finished by the next call", async (_when, plan) => {
    const { clock, connections, subscriptions, connection, subscribe, subscribersOf } = await setUp();
    const entityId = anEntityId();
    await subscribe(entityId);
    const faults = [...plan];
    const nextFault = () => faults.shift() ?? "none";
    const close = makeCloseConnection({
      connections: withFaults(connections, nextFault),
      subscriptions: withFaults(subscriptions, nextFault),
      clock,
    });

    await expect(close(connection.id)).rejects.toThrow(DependencyUnavailableError);
    await close(connection.id);

    expect(await subscribersOf(entityId)).toEqual([]);
  });
});
