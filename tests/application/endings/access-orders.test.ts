import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { aUserId } from "../../support/a-connection.ts";
import { EndingWorld, NOON_SECONDS } from "../../support/ending-world.ts";
import { NOON } from "../../support/notifications.ts";

const LONG_AGO = { connectedAt: (NOON - 60_000) as EpochMillis };

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

/** A user with connections that follow what an administrator granted an hour ago. */
async function following(entityIds: readonly string[], { count = 1, pageSize = 100, grants = [] as Grants } = {}) {
  const world = new EndingWorld({ pageSize });
  const userId = aUserId();
  await world.run(world.access("grant", userId, "order-*", { at: -3600 }));
  world.tasks.deferred.length = 0;
  world.tasks.due.length = 0;
  const opened: Connection[] = [];
  for (let one = 0; one < count; one += 1) {
    const connection = await world.open(3600, { ...LONG_AGO, identity: { userId }, grants });
    expect(await world.subscribe(connection, entityIds)).toEqual(entityIds.map(() => "subscribed"));
    opened.push(connection);
  }
  const [connection] = opened;
  if (connection === undefined) throw new Error("no connection");
  return { world, userId, opened, connection };
}

describe("the withdrawal of access", () => {
  it("attack:H4 stops the delivery, tells the client, and ends no connection, within five seconds", async () => {
    const { world, userId, connection } = await following(["order-1", "order-2"]);
    const report = await world.run(world.access("withdrawal", userId, "order-1*"));

    expect(report).toMatchObject({ outcome: { kind: "completed" }, gone: 0, deferred: 0, deadLettered: 0 });
    expect(world.time.now() - NOON).toBeLessThan(5000);
    // The grant is of a wider pattern, which this withdrawal does not cover.
    expect(await world.heardBy("order-1")).toEqual([connection.id]);

    await world.run(world.access("withdrawal", userId, "order-*"));
    expect(await world.heardBy("order-1")).toEqual([]);
    expect(await world.heardBy("order-2")).toEqual([]);
    expect(world.ender.framesOf(connection.id)).toEqual([
      {
        type: "unsubscribed",
        results: ["order-1", "order-2"].map((entityId) => ({ entityId, code: "FORBIDDEN", decision: "decision-2" })),
      },
    ]);
    expect(world.ender.isClosed(connection.id)).toBe(false);
    expect(world.ender.of(connection.id)).toEqual(["ended delivered"]);
  });

  it("is in the log with the rule that decided, under the decision that the client was told", async () => {
    const { world, userId, connection } = await following(["order-1"]);
    await world.run(world.access("withdrawal", userId, "*"));

    expect(world.logger.entries.filter(({ message }) => message === "access ended")).toEqual([
      {
        level: "info",
        message: "access ended",
        decision: "decision-1",
        connectionId: connection.id,
        userId,
        eventId: "event-1",
        denials: ["GRANT_WITHDRAWN subscribe:order-1 closest subscribe:order-*"],
      },
    ]);
    expect(world.ender.framesOf(connection.id)).toEqual([
      { type: "unsubscribed", entityId: "order-1", code: "FORBIDDEN", decision: "decision-1" },
    ]);
  });

  it("attack:H4 counts over a grant of the same second, in whichever order they come", async () => {
    for (const kinds of [
      ["grant", "withdrawal"],
      ["withdrawal", "grant"],
    ] as const) {
      const world = new EndingWorld();
      const userId = aUserId();
      const connection = await world.open(3600, { ...LONG_AGO, identity: { userId } });
      for (const kind of kinds) await world.run(world.access(kind, userId, "order-1", { at: 0 }));
      expect(await world.subscribe(connection, ["order-1"])).toEqual(["denied"]);
    }
  });

  it("does not take what the token grants", async () => {
    const { world, userId, connection } = await following(["order-1", "order-2"], {
      grants: grantsOf("subscribe:order-1"),
    });
    const report = await world.run(world.access("withdrawal", userId, "*"));
    expect(report).toMatchObject({ ended: 1 });
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    expect(await world.heardBy("order-2")).toEqual([]);
  });

  it("asks the policy about entities of its pattern alone", async () => {
    const { world, userId } = await following(["order-1", "order-10", "order-2"]);
    const asked: unknown[] = [];
    const { policy } = world.deps;
    const decide = policy.decide.bind(policy);
    policy.decide = (requester, entityIds) => {
      asked.push(entityIds);
      return decide(requester, entityIds);
    };
    await world.run(world.access("withdrawal", userId, "order-1*"));
    expect(asked).toEqual([["order-1", "order-10"]]);
  });

  it("takes nothing from another user", async () => {
    const { world, connection } = await following(["order-1"]);
    await world.run(world.access("withdrawal", aUserId(), "*"));
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    expect(world.ender.requests).toEqual([]);
  });

  it("reaches all connections of the user, read in pages", async () => {
    const { world, userId, opened } = await following(["order-1"], { count: 250, pageSize: 40 });
    const report = await world.run(world.access("withdrawal", userId, "order-*"));
    expect(report).toMatchObject({ outcome: { kind: "completed" }, ended: 250 });
    expect(await world.heardBy("order-1")).toEqual([]);
    for (const { id } of opened) expect(world.ender.of(id)).toEqual(["ended delivered"]);
  });

  it("that needs more time than an invocation has is continued, and each client is told once", async () => {
    const { world, userId, opened } = await following(["order-1"], { count: 1000, pageSize: 100 });
    const report = await world.run(world.access("withdrawal", userId, "order-*"), { millisLeft: 1500 });
    expect(report.outcome).toEqual({ kind: "continued" });
    await world.drain();
    expect(await world.heardBy("order-1")).toEqual([]);
    for (const { id } of opened) expect(world.ender.of(id)).toEqual(["ended delivered"]);
  });

  it("is recorded before a socket is looked at, so that a later subscribe finds it", async () => {
    const { world, userId } = await following(["order-1"]);
    const seen: string[] = [];
    const { administered, connections, tasks } = world.deps;
    const order = world.access("withdrawal", userId, "order-*");
    const record = administered.record.bind(administered);
    const live = connections.liveConnectionsOf.bind(connections);
    const defer = tasks.defer.bind(tasks);
    administered.record = async (change) => {
      seen.push("record");
      await record(change);
    };
    tasks.defer = async (deferred) => {
      seen.push(`defer ${deferred.map(({ delaySeconds }) => delaySeconds).join(" ")}`);
      await defer(deferred);
    };
    connections.liveConnectionsOf = async (...call) => {
      seen.push("read");
      return live(...call);
    };
    await world.run(order);
    expect(seen).toEqual(["record", "defer 1 3 10", "read"]);
  });

  it("reads the index again after 1, 3 and 10 s, for connections that it did not have yet", async () => {
    const { world, userId } = await following(["order-1"]);
    const { connections } = world.deps;
    const live = connections.liveConnectionsOf.bind(connections);
    let lag = 3;
    connections.liveConnectionsOf = async (...call) => {
      lag -= 1;
      return lag > 0 ? { items: [] } : live(...call);
    };
    await world.run(world.access("withdrawal", userId, "order-*"));
    const again = world.tasks.deferred.map(({ task, delaySeconds }) => [task.part.kind, delaySeconds]);
    expect(again).toEqual([
      ["user", 1],
      ["user", 3],
      ["user", 10],
    ]);
    expect(await world.heardBy("order-1")).toHaveLength(1);
    await world.drain(NOON + 5000);
    expect(await world.heardBy("order-1")).toEqual([]);
  });

  it("ends a subscription once, however often it is looked at", async () => {
    const { world, userId, connection } = await following(["order-1"]);
    await world.run(world.access("withdrawal", userId, "order-*"));
    await world.run(world.access("withdrawal", userId, "order-*"));
    await world.drain();
    expect(world.ender.of(connection.id)).toEqual(["ended delivered"]);
  });

  it("is tried again after five seconds if it cannot be recorded, before any socket is touched", async () => {
    const { world, userId } = await following(["order-1"]);
    const { administered } = world.deps;
    const record = administered.record.bind(administered);
    let faults = 1;
    administered.record = async (change) => {
      if (faults-- > 0) throw new DependencyUnavailableError("ACCESS_LIST");
      await record(change);
    };
    const report = await world.run(world.access("withdrawal", userId, "order-*"));
    expect(report).toMatchObject({ outcome: { kind: "continued" }, ended: 0 });
    expect(world.ender.requests).toEqual([]);
    expect(world.tasks.deferred).toMatchObject([{ task: { part: { kind: "event" }, attempt: 1 }, delaySeconds: 5 }]);
    await world.drain();
    expect(await world.heardBy("order-1")).toEqual([]);
  });

  it("is a dead letter after the last attempt, with the whole event", async () => {
    const { world, userId } = await following(["order-1"]);
    world.deps.administered.record = () => Promise.reject(new DependencyUnavailableError("ACCESS_LIST"));
    const task = world.access("withdrawal", userId, "order-*");
    await world.run(task);
    await world.drain();
    expect(world.tasks.dead).toEqual([{ task, reason: "ATTEMPTS_EXHAUSTED" }]);
    expect(world.tasks.deferred.map(({ delaySeconds }) => delaySeconds)).toEqual([5, 15, 45, 135, 405]);
  });

  it("leaves the names of connections that could not be decided about, and finishes them later", async () => {
    const { world, userId, opened } = await following(["order-1"], { count: 3 });
    const { reviews } = world.deps;
    const review = reviews.review.bind(reviews);
    let faults = 2;
    reviews.review = async (id, ...rest) => {
      if (id === opened[1]?.id && faults-- > 0) throw new DependencyUnavailableError("SUBSCRIPTION_STORE");
      return review(id, ...rest);
    };
    const report = await world.run(world.access("withdrawal", userId, "order-*"));
    expect(report).toMatchObject({ ended: 2, deferred: 1 });
    expect(await world.heardBy("order-1")).toEqual([opened[1]?.id]);
    expect(world.tasks.deferred.at(-1)).toMatchObject({
      task: { order: { kind: "access" }, part: { kind: "named", ids: [opened[1]?.id] }, attempt: 1 },
      delaySeconds: 5,
    });
    expect(world.logger.entries).toContainEqual(
      expect.objectContaining({ message: "connection not reviewed", dependency: "SUBSCRIPTION_STORE" }),
    );
    await world.drain();
    expect(await world.heardBy("order-1")).toEqual([]);
  });

  it("puts connections aside with their reason, if they cannot be decided about at all", async () => {
    const { world, userId, connection } = await following(["order-1"]);
    world.deps.policy.decide = () => Promise.reject(new Error("the policy is broken"));
    const task = world.access("withdrawal", userId, "order-*");
    await world.run(task);
    // The looks after 1, 3 and 10 s fail as well, each with attempts of its own.
    await world.drain();
    const named = { ...task, part: { kind: "named", ids: [connection.id] } };
    expect(world.tasks.dead).toHaveLength(4);
    for (const one of world.tasks.dead) {
      expect(one).toMatchObject({ task: { order: named.order, part: named.part }, reason: "ATTEMPTS_EXHAUSTED" });
    }
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
  });

  it("returns to its queue if what is left cannot be handed on", async () => {
    const { world, userId } = await following(["order-1"]);
    world.tasks.outages = 1;
    await expect(world.run(world.access("withdrawal", userId, "order-*"))).rejects.toThrow("ADMIN_QUEUE");
    expect(await world.heardBy("order-1")).toHaveLength(1);
  });

  it("that was interrupted before the client was told is told by the next look", async () => {
    const { world, userId, connection } = await following(["order-1"]);
    world.ender.script = () => new Promise(() => undefined);
    // The invocation ends here: the row is gone, and nobody was told.
    await expect(world.run(world.access("withdrawal", userId, "order-*"))).rejects.toThrow("nothing is under way");
    expect(await world.heardBy("order-1")).toEqual([]);
    world.ender.script = () => "delivered";
    await world.drain(NOON + 5000);
    expect(world.ender.framesOf(connection.id)).toEqual([
      { type: "unsubscribed", entityId: "order-1", code: "FORBIDDEN", decision: "decision-1" },
    ]);
    await world.drain();
    expect(world.ender.framesOf(connection.id)).toHaveLength(1);
  });
});

describe("a grant of access", () => {
  it("allows a later subscribe, and asks nothing of the client", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const connection = await world.open(3600, { ...LONG_AGO, identity: { userId } });
    expect(await world.subscribe(connection, ["order-1"])).toEqual(["denied"]);
    const report = await world.run(world.access("grant", userId, "order-*"));
    expect(report).toMatchObject({ outcome: { kind: "completed" }, ended: 0 });
    expect(await world.subscribe(connection, ["order-1"])).toEqual(["subscribed"]);
    expect(world.ender.requests).toEqual([]);
    expect(world.logger.entries).toEqual([]);
  });

  it("with an end of its own bounds a subscription that the older grant allowed for ever", async () => {
    const { world, userId, connection } = await following(["order-1"]);
    await world.run(world.access("grant", userId, "order-*", { until: 120 }));
    const [row] = (await world.subscriptions.subscribersOf("order-1" as never, NOON_SECONDS)).items;
    expect(row).toMatchObject({ connectionId: connection.id, grantedUntil: NOON_SECONDS + 120 });
  });

  it("whose end has passed ends what the older grant allowed", async () => {
    const { world, userId, connection } = await following(["order-1"]);
    await world.run(world.access("grant", userId, "order-*", { until: -1 }));
    expect(await world.heardBy("order-1")).toEqual([]);
    expect(world.ender.of(connection.id)).toEqual(["ended delivered"]);
    expect(world.logger.entries).toContainEqual(
      expect.objectContaining({ denials: ["GRANT_ENDED subscribe:order-1 closest subscribe:order-*"] }),
    );
  });

  it("that comes late, after a withdrawal that was published later, brings nothing back", async () => {
    const { world, userId, connection } = await following(["order-1"]);
    await world.run(world.access("withdrawal", userId, "order-*", { at: 0 }));
    await world.run(world.access("grant", userId, "order-*", { at: -1 }));
    await world.drain();
    expect(await world.subscribe(connection, ["order-1"])).toEqual(["denied"]);
  });
});
