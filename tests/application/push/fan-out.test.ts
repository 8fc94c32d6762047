import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import type { EpochMillis, EpochSeconds } from "../../../src/domain/time.ts";
import { FanOutWorld } from "../../support/fan-out-world.ts";
import {
  connectionId,
  entityUpdate,
  freshDelivery,
  NOON,
  recipient,
  recipients,
  userPush,
} from "../../support/notifications.ts";

const IDS = (count: number) => recipients(count).map((one) => one.connectionId);

/** One connection of ten has this outcome for ever; posts to the others are delivered. */
function worldWith(outcome: PostOutcome, connectedAt?: number): FanOutWorld {
  const bad = recipient("bad", connectedAt === undefined ? {} : { connectedAt: connectedAt as EpochMillis });
  const world = new FanOutWorld([...recipients(9), bad]);
  world.channel.script = (id) => (id === bad.connectionId ? outcome : "delivered");
  return world;
}

const BAD = connectionId("bad");

describe("a fan-out", () => {
  it.each([0, 1, 10, 11, 1000])("fault:J11 attack:I12 posts once to each of %i recipients", async (size) => {
    const world = new FanOutWorld(recipients(size), { pageSize: 10 });
    const report = await world.run();
    expect([...world.channel.delivered()].sort()).toEqual([...IDS(size)].sort());
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: size, deferred: 0, deadLettered: 0 });
    expect(world.queue).toMatchObject({ deferred: [], dead: [] });
  });

  it("keeps exactly the allowed number of posts in flight, over several concurrent audiences", async () => {
    const world = new FanOutWorld(recipients(30), { concurrency: 7 });
    world.channel.script = () => new Promise((resolve) => setTimeout(() => resolve("delivered"), 1));
    await Promise.all([world.run(), world.run(), world.run()]);
    expect(world.channel.mostAtOnce).toBe(7);
    expect(world.channel.posts).toHaveLength(90);
  });

  it("posts to a page while the next one is still being read", async () => {
    const world = new FanOutWorld(recipients(20), { pageSize: 10 });
    const { read } = world;
    let postedMeanwhile = 0;
    world.read = async (from) => {
      if (from === "10") {
        await new Promise((resolve) => setTimeout(resolve, 5));
        postedMeanwhile = world.channel.posts.length;
      }
      return read(from);
    };
    await world.run();
    expect(postedMeanwhile).toBe(10);
  });
});

describe("one connection with a failing post", () => {
  it("fault:J1 410: is forgotten, without a failure of the delivery", async () => {
    const world = worldWith("gone");
    const report = await world.run();
    expect(report).toMatchObject({
      outcome: { kind: "completed" },
      delivered: 9,
      gone: 1,
      deferred: 0,
      deadLettered: 0,
    });
    expect(world.forgotten).toEqual([BAD]);
    expect(world.channel.postsTo(BAD)).toHaveLength(1);
  });

  it("fault:J1 410: does not affect other connections when it cannot be removed", async () => {
    const world = worldWith("gone");
    world.forget = async () => {
      throw new DependencyUnavailableError("CONNECTION_STORE");
    };
    const report = await world.run();
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 9, gone: 1, unforgotten: 1 });
    expect(world.logger.entries).toEqual([
      {
        ...{ level: "warn", message: "gone connection not forgotten", connectionId: BAD, userId: "ann" },
        dependency: "CONNECTION_STORE",
      },
    ]);
  });

  it("fault:J2 fault:11 410 while it is connecting: is tried again later, not forgotten", async () => {
    const world = worldWith("gone", NOON - 2_000);
    const report = await world.run();
    expect(report).toMatchObject({ delivered: 9, gone: 0, deferred: 1 });
    expect(world.forgotten).toEqual([]);
    world.channel.script = () => "delivered";
    await world.drain();
    expect(world.channel.delivered()).toContain(BAD);
  });

  it("fault:J2 410 for ever: is forgotten once it is older than any handshake can last", async () => {
    const world = worldWith("gone", NOON - 2_000);
    await world.run();
    await world.drain();
    expect(world.forgotten).toEqual([BAD]);
    expect(world.queue.dead).toEqual([]);
  });

  it.each<[string, PostOutcome]>([
    ["fault:J3 429", "throttled"],
    ["fault:J8 5xx, timeout, reset", "failed"],
  ])("%s once: gets the push a moment later, and the others get it once", async (_row, outcome) => {
    const world = worldWith(outcome);
    world.channel.script = (id, nth) => (id === BAD && nth === 1 ? outcome : "delivered");
    const report = await world.run();
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 10, deferred: 0 });
    expect(world.channel.postsTo(BAD)).toEqual([outcome, "delivered"]);
    expect(world.channel.posts).toHaveLength(11);
    expect(world.pauses).toEqual([100]);
  });

  it("inv:13 is named once in the leftovers, though the audience had it twice", async () => {
    const [once, ...others] = worldWith("failed").audience;
    if (once === undefined) throw new Error("no audience");
    const world = new FanOutWorld([once, ...others, once]);
    world.channel.script = (id) => (id === once.connectionId ? "failed" : "delivered");

    expect(await world.run()).toMatchObject({ outcome: { kind: "completed" }, delivered: others.length, deferred: 1 });
  });

  it.each<[string, PostOutcome]>([
    ["fault:J3 429", "throttled"],
    ["fault:J8 5xx, timeout, reset", "failed"],
  ])("fault:6 %s for ever: is the only one posted to again, and is dead-lettered in the end", async (_row, outcome) => {
    const world = worldWith(outcome);
    const report = await world.run();
    expect(report).toMatchObject({ delivered: 9, deferred: 1 });
    await world.drain();
    expect(world.deadLettered()).toEqual([BAD]);
    expect(world.queue.dead.map(({ reason }) => reason)).toEqual(["ATTEMPTS_EXHAUSTED"]);
    expect(world.channel.delivered()).toHaveLength(9);
    expect(world.channel.postsTo(BAD)).toHaveLength(6 * 4);
  });

  it("fault:J3 is counted for each throttled post", async () => {
    const report = await worldWith("throttled").run();
    expect(report.throttled).toBe(4);
  });

  it.each<[string, PostOutcome, string]>([
    ["fault:J5 403", "refused", "PUSH_REFUSED"],
    ["fault:J5 413", "too-large", "PUSH_TOO_LARGE"],
  ])("%s: is dead-lettered at once, with its reason, and keeps its record", async (_row, outcome, reason) => {
    const world = worldWith(outcome);
    const report = await world.run();
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 9, deadLettered: 1 });
    expect(world.queue.dead).toMatchObject([{ reason, delivery: { to: { recipients: [{ connectionId: BAD }] } } }]);
    expect(world.channel.postsTo(BAD)).toHaveLength(1);
    expect(world.forgotten).toEqual([]);
  });

  it("whose post throws: is tried again like any that failed", async () => {
    const world = worldWith("failed");
    world.channel.script = (id, nth) => {
      if (id === BAD && nth === 1) throw new Error("against the port's promise");
      return "delivered";
    };
    const report = await world.run();
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 10 });
  });

  it("fault:14 stays with one worker: while it waits, all the others are served", async () => {
    const world = worldWith("throttled");
    let servedMeanwhile: number | undefined;
    world.pause = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      servedMeanwhile ??= world.channel.delivered().length;
    };
    await world.run();
    expect(servedMeanwhile).toBe(9);
  });
});

describe("a user that was not reached", () => {
  const of = (name: string, expiresAt = recipient(name).expiresAt) =>
    recipient(name, { userId: userPush({ userId: name }).userId, expiresAt });

  it("is named with the reason; a connection that was reached is not", async () => {
    const past = of("past", (NOON / 1000) as EpochSeconds);
    const world = new FanOutWorld([of("ann"), of("bob"), of("cy"), of("dee"), past]);
    const outcomes: Record<string, PostOutcome> = { bob: "gone", cy: "throttled", dee: "refused" };
    world.channel.script = (id) => outcomes[id] ?? "delivered";
    const { unreached } = await world.run();
    expect([...unreached].sort()).toEqual(["bob gone", "cy deferred", "dee PUSH_REFUSED", "past expired"]);
  });

  it("is named once, on however many connections", async () => {
    const world = new FanOutWorld(recipients(20));
    world.channel.script = () => "gone";
    expect((await world.run()).unreached).toEqual(["ann gone"]);
  });

  it("is counted beyond the hundredth, and no longer named", async () => {
    const world = new FanOutWorld(Array.from({ length: 150 }, (_, index) => of(`u${index}`)));
    world.channel.script = () => "refused";
    const report = await world.run();
    expect([report.deadLettered, report.unreached.length]).toEqual([150, 100]);
  });
});

describe("expiry", () => {
  it("fault:J12 inv:5 excludes a recipient whose token has expired", async () => {
    const past = recipient("past", { expiresAt: (NOON / 1000) as EpochSeconds });
    const world = new FanOutWorld([past, ...recipients(2)]);
    const report = await world.run();
    expect(report).toMatchObject({ delivered: 2, expired: 1 });
    expect(world.channel.postsTo(past.connectionId)).toEqual([]);
  });

  it("fault:J12 excludes a recipient that expires while it waits for a retry", async () => {
    const soon = recipient("soon", { expiresAt: (NOON / 1000 + 1) as EpochSeconds });
    const world = new FanOutWorld([soon]);
    world.channel.script = () => "throttled";
    world.pause = async () => world.clock.advance(1);
    const report = await world.run();
    expect(report).toMatchObject({ expired: 1, deferred: 0 });
    expect(world.channel.postsTo(soon.connectionId)).toHaveLength(1);
  });

  it("fault:J12 excludes a recipient that expires before its continuation comes", async () => {
    const soon = recipient("soon", { expiresAt: (NOON / 1000 + 4) as EpochSeconds });
    const world = new FanOutWorld([soon]);
    world.channel.script = () => "failed";
    await world.run();
    const posts = world.channel.posts.length;
    await world.drain();
    expect(world.channel.posts).toHaveLength(posts);
    expect(world.queue).toMatchObject({ deferred: [], dead: [] });
  });
});

describe("a delivery that can never succeed", () => {
  it("attack:I3 above the gateway's limit is dead-lettered before any read or post", async () => {
    const world = new FanOutWorld(recipients(3));
    const delivery = freshDelivery(entityUpdate({ message: "x".repeat(129 * 1024) }));
    const report = await world.run(delivery);
    expect(report).toMatchObject({
      outcome: { kind: "dead-lettered", reason: "PUSH_TOO_LARGE" },
      delivered: 0,
      deadLettered: 1,
    });
    expect(world.queue.dead).toEqual([{ delivery, reason: "PUSH_TOO_LARGE" }]);
    expect([world.pagesRead, world.channel.posts]).toEqual([[], []]);
  });

  it("has each named recipient counted and named in the report, though none was looked up", async () => {
    const world = new FanOutWorld([]);
    world.clock.advance(3_601);
    const [ann, bob] = [recipient("c0"), recipient("c1", { userId: userPush({ userId: "bob" }).userId })];
    const report = await world.run({ ...freshDelivery(entityUpdate()), to: { recipients: [ann, bob] } });
    expect(report).toMatchObject({
      outcome: { kind: "dead-lettered", reason: "TOO_OLD" },
      deadLettered: 2,
      unreached: ["ann TOO_OLD", "bob TOO_OLD"],
    });
  });

  it("whose audience could not be read six times is dead-lettered, and the report says so", async () => {
    const world = new FanOutWorld(recipients(3));
    world.read = async () => {
      throw new DependencyUnavailableError("SUBSCRIPTION_STORE");
    };
    const report = await world.run({ ...freshDelivery(entityUpdate()), attempt: 5 });
    expect(report).toMatchObject({ outcome: { kind: "dead-lettered", reason: "ATTEMPTS_EXHAUSTED" }, deadLettered: 1 });
    expect(world.queue.dead).toMatchObject([{ reason: "ATTEMPTS_EXHAUSTED" }]);
    expect(world.logger.entries).toEqual([
      {
        ...{ level: "warn", message: "audience not read to its end", notificationId: entityUpdate().id },
        dependency: "SUBSCRIPTION_STORE",
      },
    ]);
  });

  it("attack:I9 fault:19 of yesterday's event is dead-lettered, unless it is a replay", async () => {
    const world = new FanOutWorld(recipients(3));
    world.clock.advance(86_400);
    const stale = await world.run();
    const fresh = { expiresAt: (NOON / 1000 + 90_000) as EpochSeconds };
    const later = new FanOutWorld([recipient("c0", fresh)]);
    later.clock.advance(86_400);
    const replayed = await later.run(freshDelivery(entityUpdate({ replay: true })));
    expect([stale.outcome, world.channel.posts.length]).toEqual([{ kind: "dead-lettered", reason: "TOO_OLD" }, 0]);
    expect(replayed).toMatchObject({ outcome: { kind: "completed" }, delivered: 1 });
  });
});
