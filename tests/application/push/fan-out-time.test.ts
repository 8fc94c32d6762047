import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import { FanOutWorld } from "../../support/fan-out-world.ts";
import { entityUpdate, freshDelivery, recipient, recipients } from "../../support/notifications.ts";

const IDS = (count: number) => recipients(count).map((one) => one.connectionId);

/** One connection of ten is throttled for ever. */
function worldWithOneThrottled(): FanOutWorld {
  const bad = recipient("bad");
  const world = new FanOutWorld([...recipients(9), bad]);
  world.channel.script = (id) => (id === bad.connectionId ? "throttled" : "delivered");
  return world;
}

describe("the time of an invocation", () => {
  it("fault:13 ends with a continuation of the page and the audience, and no connection is posted to twice", async () => {
    const world = new FanOutWorld(recipients(200), { pageSize: 25, concurrency: 3 });
    world.channel.script = () => {
      world.clock.advance(0.1);
      return "delivered";
    };
    const report = await world.run(freshDelivery(entityUpdate()), 4_000);
    expect(report).toMatchObject({ outcome: { kind: "continued" }, delivered: 40, deferred: 10 });
    expect(world.queue.deferred).toMatchObject([
      { delaySeconds: 0, delivery: { attempt: 0, to: { recipients: recipients(50).slice(40) } } },
      { delaySeconds: 0, delivery: { attempt: 0, to: { page: "50" } } },
    ]);
    await world.drain();
    expect([...world.channel.delivered()].sort()).toEqual([...IDS(200)].sort());
  });

  it("fault:J11 fault:13 of one second suffices for 50,000 recipients, by continuations", async () => {
    const world = new FanOutWorld(recipients(50_000), { pageSize: 500, concurrency: 50 });
    world.channel.script = () => {
      world.clock.advance(0.0002);
      return "delivered";
    };
    let invocations = 0;
    world.queue.deferred.push({ delivery: freshDelivery(entityUpdate()), delaySeconds: 0 });
    for (let next = world.queue.deferred.shift(); next !== undefined; next = world.queue.deferred.shift()) {
      const started = world.clock.now();
      await world.run(next.delivery, 750);
      expect(world.clock.now() - started).toBeLessThan(1000);
      invocations += 1;
    }
    expect(new Set(world.channel.delivered()).size).toBe(50_000);
    expect(world.channel.posts).toHaveLength(50_000);
    expect(invocations).toBeGreaterThan(10);
  });

  it("is checked when a post gets its slot, not when it asks for one", async () => {
    const world = new FanOutWorld(recipients(1), { concurrency: 1 });
    world.channel.script = async () => {
      world.clock.advance(1);
      return "delivered" as const;
    };
    const slow = world.run();
    const waiting = await world.run(freshDelivery(entityUpdate()), 1000);
    await slow;
    expect(world.channel.posts).toHaveLength(1);
    expect(waiting).toMatchObject({ delivered: 0, deferred: 1 });
  });

  it("is not spent on a pause that ends after it", async () => {
    const world = worldWithOneThrottled();
    const report = await world.run(freshDelivery(entityUpdate()), 100);
    expect(world.pauses).toEqual([]);
    expect(report).toMatchObject({ delivered: 9, deferred: 1 });
  });

  it("that is over at the start does not requeue a delivery for ever", async () => {
    const world = new FanOutWorld(recipients(3));
    world.queue.deferred.push({ delivery: freshDelivery(entityUpdate()), delaySeconds: 0 });
    let rounds = 0;
    for (let next = world.queue.deferred.shift(); next !== undefined; next = world.queue.deferred.shift()) {
      await world.run(next.delivery, 0);
      rounds += 1;
    }
    expect(rounds).toBe(6);
    expect(world.queue.dead).toMatchObject([{ reason: "ATTEMPTS_EXHAUSTED", delivery: { to: {} } }]);
  });
});

describe("fault:J4 an account that is throttled as a whole", () => {
  it("loses no recipient, and resumes", async () => {
    const world = new FanOutWorld(recipients(120), { pageSize: 50 });
    let budget = 30;
    world.channel.script = () => (budget-- > 0 ? "delivered" : "throttled");
    const report = await world.run();
    expect(report).toMatchObject({ delivered: 30, deferred: 90 });
    budget = 1000;
    await world.drain();
    expect([...world.channel.delivered()].sort()).toEqual([...IDS(120)].sort());
  });

  it("is continued in messages of bounded size, while the audience is still being read", async () => {
    const world = new FanOutWorld(recipients(1_600), { pageSize: 400, concurrency: 10 });
    world.channel.script = () => "throttled";
    await world.run();
    const sizes = world.queue.deferred.map(({ delivery: { to } }) => ("recipients" in to ? to.recipients.length : 0));
    expect(sizes).toEqual([500, 500, 500, 100]);
  });
});

describe("dependencies that fail", () => {
  const storeDown = new DependencyUnavailableError("SUBSCRIPTION_STORE");

  it("a page that cannot be read: earlier recipients are not posted to again, and the rest continues from that page", async () => {
    const world = new FanOutWorld(recipients(30), { pageSize: 10 });
    const { read } = world;
    world.read = async (from) => {
      if (from === "20") throw storeDown;
      return read(from);
    };
    const report = await world.run();
    expect(report).toMatchObject({ outcome: { kind: "continued" }, delivered: 20 });
    expect(world.queue.deferred).toMatchObject([{ delaySeconds: 5, delivery: { attempt: 1, to: { page: "20" } } }]);
    expect(world.logger.entries).toMatchObject([{ level: "warn", dependency: "SUBSCRIPTION_STORE" }]);
    world.read = read;
    await world.drain();
    expect([...world.channel.delivered()].sort()).toEqual([...IDS(30)].sort());
  });

  it("a store that stays down: the whole audience is dead-lettered, to be moved back when the store is up", async () => {
    const world = new FanOutWorld(recipients(3));
    world.read = async () => {
      throw storeDown;
    };
    await world.run();
    await world.drain();
    expect(world.queue.dead).toMatchObject([{ reason: "ATTEMPTS_EXHAUSTED", delivery: { to: {} } }]);
  });

  it("a queue that accepts nothing: the delivery comes back unchanged, and no further post is made", async () => {
    const world = new FanOutWorld(recipients(1_000), { pageSize: 1_000, concurrency: 4 });
    world.channel.script = () => "refused";
    world.queue.outages = 1;
    await expect(world.run()).rejects.toThrow(new DependencyUnavailableError("DELIVERY_QUEUE"));
    expect(world.channel.posts.length).toBeLessThan(510);
  });

  it("a dead letter that cannot be written: the same", async () => {
    const world = new FanOutWorld(recipients(1));
    const delivery: Delivery = freshDelivery(entityUpdate({ message: "x".repeat(129 * 1024) }));
    world.queue.outages = 1;
    await expect(world.run(delivery)).rejects.toThrow(DependencyUnavailableError);
  });
});
