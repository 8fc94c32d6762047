import { describe, expect, it } from "vitest";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { ConnectionOrder } from "../../../src/domain/connection/ending-order.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import type { EpochMillis, EpochSeconds } from "../../../src/domain/time.ts";
import { aUserId } from "../../support/a-connection.ts";
import { EndingWorld, NOON_SECONDS } from "../../support/ending-world.ts";
import { NOON } from "../../support/notifications.ts";
import { subscribeOne } from "../../support/one-subscription.ts";

const MINUTE_AGO = { connectedAt: (NOON - 60_000) as EpochMillis };

async function worldWith(count: number, tokenEnd = 0, options = {}) {
  const world = new EndingWorld(options);
  const opened = [];
  for (let one = 0; one < count; one += 1) opened.push(await world.open(tokenEnd, MINUTE_AGO));
  return { world, opened, ids: opened.map(({ id }) => id) };
}

describe("a connection whose end has come", () => {
  it("gets its last frame, is closed a second later, and is forgotten with its subscriptions", async () => {
    const { world, opened, ids } = await worldWith(1);
    const [connection] = opened;
    if (connection === undefined) throw new Error("no connection");
    const entityId = "order-17" as EntityId;
    const follows = { entityId, connectionId: connection.id, userId: connection.identity.userId };
    await subscribeOne(world.subscriptions, follows, (NOON_SECONDS - 30) as EpochSeconds);

    const report = await world.endBatch({ ids, cut: 401 });

    expect(world.ender.framesOf(connection.id)).toEqual([
      { type: "disconnect", code: "TOKEN_EXPIRED", reconnect: true, retryWithin: 2 },
    ]);
    expect(world.ender.of(connection.id)).toEqual(["frame delivered", "delete delivered"]);
    const [frame, close] = world.ender.requests;
    expect((close?.at ?? 0) - (frame?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(world.connections.entitiesOf(connection.id).size).toBe(0);
    expect(report).toEqual({ ended: 1, gone: 0, throttled: 0, deferred: 0, deadLettered: 0, left: [], found: "open" });
  });

  it("leaves one line for the audit, without the token", async () => {
    const { world, opened, ids } = await worldWith(1);
    await world.endBatch({ ids });
    const [connection] = opened;
    expect(world.logger.entries).toEqual([
      {
        level: "info",
        message: "connection ended",
        connectionId: connection?.id,
        userId: connection?.identity.userId,
        issuer: issuerId("portcullis"),
        sourceIp: "203.0.113.7",
        tokenId: connection?.token.tokenId,
        reason: "TOKEN_EXPIRED",
      },
    ]);
  });

  it("is not ended before its end", async () => {
    const { world, ids } = await worldWith(3, 1);
    const report = await world.endBatch({ ids });
    expect(report).toMatchObject({ ended: 0, left: [], found: "open" });
    expect(world.ender.requests).toEqual([]);
  });

  it("stays if it was renewed after it was inspected", async () => {
    const { world, opened, ids } = await worldWith(1);
    const [connection] = opened;
    const { endings } = world.deps;
    const inspect = endings.inspect.bind(endings);
    endings.inspect = async (...call) => {
      const found = await inspect(...call);
      if (connection) {
        const { id: connectionId, identity, connectedAt, token } = connection;
        const renewal = { ...token, expiresAt: (NOON_SECONDS + 600) as EpochSeconds };
        const before = (NOON_SECONDS - 1) as EpochSeconds;
        const presented = { connectionId, userId: identity.userId, connectedAt, token: renewal, grants: [] };
        await world.connections.renew(presented, before, async () => undefined);
      }
      return found;
    };
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 0, left: [] });
    expect(world.ender.requests).toEqual([]);
    expect(world.logger.entries).toEqual([]);
  });
});

describe("a request to the gateway", () => {
  it("is repeated a few times while the gateway throttles or fails, and its frame comes once", async () => {
    const { world, ids } = await worldWith(1);
    world.ender.script = (_id, _step, nth) => (nth === 1 ? "throttled" : nth === 2 ? "failed" : "delivered");
    const report = await world.endBatch({ ids });
    expect(world.ender.of(ids[0] as never)).toEqual([
      "frame throttled",
      "frame failed",
      "frame delivered",
      "delete throttled",
      "delete failed",
      "delete delivered",
    ]);
    expect(report).toMatchObject({ ended: 1, throttled: 2, left: [] });
  });

  it("leaves a connection whose frame finds no way, and does not close it without a word", async () => {
    const { world, ids } = await worldWith(1);
    world.ender.script = () => "throttled";
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 0, left: ids });
    expect(world.ender.of(ids[0] as never)).toEqual(Array.from({ length: 4 }, () => "frame throttled"));
  });

  it("closes without a word at the last attempt", async () => {
    const { world, ids } = await worldWith(1);
    world.ender.script = (_id, step) => (step === "frame" ? "unanswered" : "delivered");
    expect(await world.endBatch({ ids, isLastAttempt: true })).toMatchObject({ ended: 1, left: [] });
  });

  it("that hangs or is refused for one connection changes nothing for the others", async () => {
    const { world, ids } = await worldWith(5);
    const [hanging, refused, throwing] = ids;
    world.ender.script = (id) => {
      if (id === throwing) throw new Error("a port's mistake");
      if (id === hanging) return "unanswered";
      return id === refused ? "refused" : "delivered";
    };
    const report = await world.endBatch({ ids });
    expect(report).toMatchObject({ ended: 2 });
    expect([...report.left].sort()).toEqual([hanging, refused, throwing].sort());
  });

  it("needs no DELETE after 410", async () => {
    const { world, ids } = await worldWith(1);
    world.ender.script = () => "gone";
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 1, gone: 1, left: [] });
    expect(world.ender.of(ids[0] as never)).toEqual(["frame gone"]);
  });

  it("gets 410 while the handshake is still running: the connection is not taken for gone", async () => {
    const world = new EndingWorld();
    const { id } = await world.open(0, { connectedAt: (NOON - 1000) as EpochMillis });
    world.ender.script = () => "gone";
    expect(await world.endBatch({ ids: [id] })).toMatchObject({ ended: 0, left: [id] });
  });

  it("is one of a bounded number at once, and of a bounded rate", async () => {
    const { world, ids } = await worldWith(100, 0, { perSecond: 50, concurrency: 7 });
    world.ender.script = async () => {
      await world.time.pause(240);
      return "delivered" as const;
    };
    await world.endBatch({ ids });
    expect(world.ender.mostAtOnce).toBe(7);
    const frames = world.ender.requests.filter(({ step }) => step === "frame").map(({ at }) => at);
    const perSecond = frames.map((from) => frames.filter((at) => at >= from && at < from + 1000).length);
    expect(Math.max(...perSecond)).toBeLessThanOrEqual(51);
  });

  it("does not hold its place while it hangs", async () => {
    const { world, ids } = await worldWith(10, 0, { concurrency: 1 });
    world.ender.script = async (_id, step) => {
      if (step === "frame") await world.time.pause(2500);
      return step === "frame" ? "unanswered" : "delivered";
    };
    const begin = world.time.now();
    await world.endBatch({ ids });
    expect(world.time.now() - begin).toBeLessThan(10 * 2500);
  });
});

describe("a store that fails", () => {
  it("leaves the connection that could not be claimed, and no other", async () => {
    const { world, ids } = await worldWith(3);
    const { endings } = world.deps;
    const end = endings.end.bind(endings);
    endings.end = async (connection, ...rest) => {
      if (connection.id === ids[1]) throw new DependencyUnavailableError("CONNECTION_STORE");
      return end(connection, ...rest);
    };
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 2, left: [ids[1]] });
    expect(world.ender.of(ids[1] as never)).toEqual([]);
  });

  it("is asked a bounded number of things at once", async () => {
    const { world, ids } = await worldWith(60, 0, { concurrency: 5 });
    const { endings } = world.deps;
    const end = endings.end.bind(endings);
    let atOnce = 0;
    let most = 0;
    endings.end = async (...call) => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      await world.time.pause(10);
      atOnce -= 1;
      return end(...call);
    };
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 60 });
    expect(most).toBe(5);
  });

  it("leaves all if they cannot be inspected", async () => {
    const { world, ids } = await worldWith(3);
    world.deps.endings.inspect = async () => {
      throw new DependencyUnavailableError("CONNECTION_STORE");
    };
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 0, left: ids });
  });

  it("leaves a connection whose subscriptions could not be removed", async () => {
    const { world, ids } = await worldWith(1);
    world.deps.subscriptions.unsubscribeAll = async () => {
      throw new DependencyUnavailableError("SUBSCRIPTION_STORE");
    };
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 0, left: ids });
  });
});

describe("a connection that was ended before", () => {
  const interrupted = async () => {
    const { world, opened, ids } = await worldWith(2);
    for (const one of opened.slice(0, 1)) await world.connections.end(one, "TOKEN_EXPIRED", NOON_SECONDS);
    return { world, ids };
  };

  it("is left to the invocation that ended it", async () => {
    const { world, ids } = await interrupted();
    expect(await world.endBatch({ ids })).toMatchObject({ ended: 1 });
    expect(world.ender.of(ids[0] as never)).toEqual([]);
  });

  it("gets frame and DELETE if that invocation was interrupted", async () => {
    const { world, ids } = await interrupted();
    expect(await world.endBatch({ ids, whatHasEnded: "close" })).toMatchObject({ ended: 2 });
    expect(world.ender.of(ids[0] as never)).toEqual(["frame delivered", "delete delivered"]);
  });

  it("gets them also after half an hour, in which attempts failed and were interrupted", async () => {
    const { world, ids } = await interrupted();
    world.time.advanceTo(NOON + 1_800_000);
    expect(await world.endBatch({ ids, whatHasEnded: "close" })).toMatchObject({ ended: 2 });
    expect(world.ender.of(ids[0] as never)).toEqual(["frame delivered", "delete delivered"]);
  });

  it("says that another task is at work here", async () => {
    const { world, ids } = await interrupted();
    expect(await world.endBatch({ ids, whatHasEnded: "stop" })).toMatchObject({ ended: 0, found: "another-task" });
    expect(world.ender.requests).toEqual([]);
  });

  it("by another disconnection is no concern of one that excepts it", async () => {
    const { world, opened, ids } = await worldWith(1, 3600);
    const [one] = opened;
    if (one === undefined) throw new Error("no connection");
    await world.connections.end(one, "DISCONNECTED", NOON_SECONDS);
    const order = {
      kind: "disconnection",
      userId: one.identity.userId,
      orderedAt: NOON_SECONDS,
      reconnect: true,
    } as const;
    const excepting = { ...order, eventId: "event-1", exceptConnectionId: one.id };
    expect(await world.endBatch({ ids, order: excepting, whatHasEnded: "close" })).toMatchObject({ found: "nothing" });
    expect(world.ender.requests).toEqual([]);
  });

  it("by an order of another kind is no concern of this one", async () => {
    const { world, opened, ids } = await worldWith(1);
    for (const one of opened) await world.connections.end(one, "TOKEN_REVOKED", NOON_SECONDS);
    expect(await world.endBatch({ ids, whatHasEnded: "close" })).toMatchObject({ ended: 0, found: "nothing" });
  });
});

describe("an administrator's order", () => {
  const event = { eventId: "event-1", orderedAt: NOON_SECONDS, reason: "laptop stolen" };

  it("stops the delivery before the client is told", async () => {
    const { world, opened, ids } = await worldWith(1, 3600);
    const { id, identity } = opened[0] ?? (await world.open(0));
    const entityId = "order-17" as EntityId;
    const follows = { entityId, connectionId: id, userId: identity.userId };
    expect(await subscribeOne(world.subscriptions, follows, NOON_SECONDS)).toBe("subscribed");
    const followed: number[] = [];
    world.ender.script = () => {
      followed.push(world.connections.entitiesOf(id).size);
      return "delivered";
    };
    const order = {
      kind: "disconnection",
      userId: identity.userId,
      orderedAt: NOON_SECONDS,
      reconnect: false,
    } as const;
    await world.endBatch({ ids, order: { ...order, eventId: "event-1" } });
    expect(followed).toEqual([0, 0]);
  });

  it("is in the last frame and in the audit", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const { id } = await world.open(3600, { ...MINUTE_AGO, identity: { userId } });
    const order: ConnectionOrder = { kind: "disconnection", userId, reconnect: false, ...event };
    await world.endBatch({ ids: [id], order, cut: 1000 });
    expect(world.ender.framesOf(id)).toEqual([
      { type: "disconnect", code: "DISCONNECTED", reconnect: false, reason: "laptop stolen" },
    ]);
    expect(world.logger.entries).toMatchObject([
      { reason: "DISCONNECTED", eventId: "event-1", statedReason: "laptop stolen", userId },
    ]);
  });

  it("names the issuer as `iss` spells it, where that is known", async () => {
    const world = new EndingWorld();
    const { id } = await world.open(0, MINUTE_AGO);
    const issuers = new Map([[issuerId("portcullis"), "portcullis"]]);
    Object.assign(world.deps, { issuers });
    await world.endBatch({ ids: [id] });
    expect(world.logger.entries).toMatchObject([{ issuer: "portcullis" }]);
  });
});
