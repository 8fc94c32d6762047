import { describe, expect, it } from "vitest";
import { ManualScheduler } from "../../../packages/emulator/tests/support/manual-scheduler.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { Recipient } from "../../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import { FanOutWorld } from "../../support/fan-out-world.ts";
import { recipient, recipients } from "../../support/notifications.ts";

const SLOTS = 50;
const TIMEOUT_MILLIS = 2500;
const START = 0;

const hanging = (count: number) => Array.from({ length: count }, (_, index) => recipient(`hanging-${index}`));
const isHanging = (id: ConnectionId) => id.startsWith("hanging-");

/** A scheduler moves the time: good posts take 5 ms, hanging ones as long as the test says. */
class SlowWorld extends FanOutWorld {
  readonly scheduler = new ManualScheduler(START);
  lastGoodMillis = START;

  constructor(audience: readonly Recipient[], late: { readonly millis: number; readonly outcome: PostOutcome }) {
    super(audience, { pageSize: 1000, concurrency: SLOTS });
    this.timer = this.scheduler;
    this.pause = (ceilingMillis) => this.#after(ceilingMillis, undefined);
    this.channel.script = async (id) => {
      if (isHanging(id)) return this.#after(late.millis, late.outcome);
      await this.#after(5, undefined);
      this.lastGoodMillis = this.scheduler.now();
      return "delivered";
    };
  }

  /** The report, once all scheduled work has run. */
  async runThrough() {
    let ended = false;
    const report = this.run().finally(() => {
      ended = true;
    });
    report.catch(() => undefined);
    while (!ended) {
      await new Promise(setImmediate);
      this.scheduler.advance(5);
    }
    return report;
  }

  #after<T>(millis: number, value: T): Promise<T> {
    return new Promise((resolve) => this.scheduler.after(millis, () => resolve(value)));
  }
}

describe("posts that hang", () => {
  it.each([49, 50, 200, 400])("%i of them do not delay 1,000 others", async (count) => {
    const world = new SlowWorld([...hanging(count), ...recipients(1000)], {
      millis: TIMEOUT_MILLIS,
      outcome: "unanswered",
    });
    const report = await world.runThrough();
    expect(report).toMatchObject({ delivered: 1000, deferred: count });
    expect(world.lastGoodMillis).toBeLessThan(TIMEOUT_MILLIS);
    expect(world.scheduler.pending).toBe(0);
  });

  it("are made once per invocation, and again five seconds later", async () => {
    const world = new SlowWorld(hanging(60), { millis: TIMEOUT_MILLIS, outcome: "unanswered" });
    await world.runThrough();
    expect(world.channel.posts).toHaveLength(60);
    expect(world.pauses).toEqual([]);
    expect(world.queue.deferred).toMatchObject([{ delaySeconds: 5, delivery: { attempt: 1 } }]);
  });

  it("are bounded when the whole gateway hangs: each slot starts one per quarter of a second", async () => {
    const world = new SlowWorld(hanging(2000), { millis: TIMEOUT_MILLIS, outcome: "unanswered" });
    await world.runThrough();
    expect(world.channel.mostAtOnce).toBeGreaterThan(SLOTS);
    expect(world.channel.mostAtOnce).toBeLessThanOrEqual(SLOTS * (TIMEOUT_MILLIS / 250 + 1));
  });

  it.each<[PostOutcome, object]>([
    ["delivered", { delivered: 60, deferred: 0 }],
    ["gone", { gone: 60, deferred: 0 }],
    ["throttled", { throttled: 60, deferred: 60 }],
    ["failed", { deferred: 60 }],
    ["refused", { deadLettered: 60 }],
  ])("count by their late response, %s, and are not made again", async (outcome, counts) => {
    const world = new SlowWorld(hanging(60), { millis: 400, outcome });
    const report = await world.runThrough();
    expect(report).toMatchObject(counts);
    expect(world.channel.posts).toHaveLength(60);
  });

  it("bring the delivery back when their leftovers cannot be enqueued, and no further post begins", async () => {
    const world = new SlowWorld(hanging(2000), { millis: 400, outcome: "refused" });
    world.queue.outages = 1;
    await expect(world.runThrough()).rejects.toThrow(DependencyUnavailableError);
    expect(world.channel.posts.length).toBeLessThan(700);
  });
});

it("a post without a response in time is not made again in the same invocation", async () => {
  const world = new FanOutWorld(recipients(3));
  world.channel.script = () => "unanswered";
  const report = await world.run();
  expect([report.deferred, world.channel.posts.length, world.pauses]).toEqual([3, 3, []]);
});
