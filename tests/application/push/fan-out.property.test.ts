import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import type { Recipient } from "../../../src/domain/notification/notification.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import type { EpochMillis, EpochSeconds } from "../../../src/domain/time.ts";
import { type Around, FanOutWorld, type PortCall } from "../../support/fan-out-world.ts";
import { entityUpdate, freshDelivery, NOON, recipient } from "../../support/notifications.ts";

const MAX_RECEIVES = 5;

/** The fate of one connection: the outcomes of its first posts, and the outcome of all later ones. */
type Fate = {
  readonly first: readonly PostOutcome[];
  readonly later: PostOutcome;
  readonly connecting: boolean;
  readonly secondsLeft: number;
  /** The end by the record, if the token was renewed since. */
  readonly renewedSeconds?: number | undefined;
};

const outcome = fc.constantFrom<PostOutcome>(
  "delivered",
  "gone",
  "throttled",
  "failed",
  "unanswered",
  "refused",
  "too-large",
);
const fate: fc.Arbitrary<Fate> = fc.record({
  first: fc.array(outcome, { maxLength: 3 }),
  later: outcome,
  connecting: fc.boolean(),
  secondsLeft: fc.constantFrom(3600, 3600, 3600, 0, 4),
  renewedSeconds: fc.constantFrom(undefined, undefined, 2, 3600),
});
const world = fc.record({
  fates: fc.array(fate, { maxLength: 10 }),
  pageSize: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 3 }),
  /** Milliseconds that each post takes; an invocation has a thousand. */
  postMillis: fc.constantFrom<number>(0, 0, 30, 300),
});
type Plan = typeof world extends fc.Arbitrary<infer T> ? T : never;

function build({ fates, pageSize, concurrency, postMillis }: Plan): FanOutWorld {
  const audience = fates.map(({ connecting, secondsLeft }, index) =>
    recipient(`c${index}`, {
      connectedAt: (connecting ? NOON : NOON - 60_000) as EpochMillis,
      expiresAt: (NOON / 1000 + secondsLeft) as EpochSeconds,
    }),
  );
  const made = new FanOutWorld(audience, { pageSize, concurrency });
  made.findAgain = async (one) => {
    const found = { ...one, expiresAt: endOf(one, fates) };
    return found.expiresAt > made.clock.now() / 1000 ? found : undefined;
  };
  made.channel.script = (id, nth) => {
    made.clock.advance(postMillis / 1000);
    const { first, later } = fates[Number(id.slice(1))] as Fate;
    return first[nth - 1] ?? later;
  };
  return made;
}

/** By the record. */
function endOf({ connectionId, expiresAt }: Recipient, fates: readonly Fate[]): EpochSeconds {
  const { renewedSeconds = 0 } = fates[Number(connectionId.slice(1))] ?? {};
  return Math.max(expiresAt, NOON / 1000 + renewedSeconds) as EpochSeconds;
}

/** Delivers at least once, like SQS: a message comes back after an error, and is a dead letter after five receives. */
async function runToEnd(
  made: FanOutWorld,
  invoke: (run: () => Promise<unknown>) => Promise<unknown>,
): Promise<boolean> {
  const waiting = [{ delivery: freshDelivery(entityUpdate()) as Delivery, receives: 0 }];
  let poisoned = false;
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { delivery, receives } = next;
    try {
      await invoke(() => made.run(delivery, 1000));
    } catch (thrown) {
      if (!(thrown instanceof DependencyUnavailableError)) throw thrown;
      if (receives + 1 < MAX_RECEIVES) waiting.push({ delivery, receives: receives + 1 });
      else poisoned = true;
    }
    for (const { delivery: deferred, delaySeconds } of made.queue.deferred.splice(0)) {
      made.clock.advance(delaySeconds);
      waiting.push({ delivery: deferred, receives: 0 });
    }
  }
  return poisoned;
}

/** The recipients without an outcome: neither delivered, gone, expired nor dead-lettered. */
function unaccounted(made: FanOutWorld, fates: readonly Fate[]): readonly string[] {
  const settled = new Set<string>([...made.channel.delivered(), ...made.forgotten, ...made.deadLettered()]);
  const pages = made.queue.dead.flatMap(({ delivery: { to } }) => ("recipients" in to ? [] : [Number(to.page ?? 0)]));
  const putAsideFrom = Math.min(...pages, Number.POSITIVE_INFINITY);
  return made.audience
    .filter((_, index) => index < putAsideFrom)
    .filter((one) => endOf(one, fates) > made.clock.now() / 1000)
    .map(({ connectionId }) => connectionId)
    .filter((id) => !settled.has(id));
}

/** Some calls fail; some of these have taken effect. */
function withFaults(around: Around, faults: ReadonlyMap<PortCall, readonly ("none" | "lost" | "late")[]>): Around {
  const counts = new Map<PortCall, number>();
  return async (call, what) => {
    const nth = counts.get(what) ?? 0;
    counts.set(what, nth + 1);
    const fault = faults.get(what)?.[nth] ?? "none";
    if (fault === "lost") throw new DependencyUnavailableError("DELIVERY_QUEUE");
    const answer = await around(call, what);
    if (fault === "late") throw new DependencyUnavailableError("DELIVERY_QUEUE");
    return answer;
  };
}

const fault = fc.constantFrom<"none" | "lost" | "late">("none", "none", "lost", "late");
const faults = fc
  .record({
    post: fc.array(fault, { maxLength: 8 }),
    read: fc.array(fault, { maxLength: 4 }),
    defer: fc.array(fault, { maxLength: 4 }),
    forget: fc.array(fault, { maxLength: 4 }),
    "look-up": fc.array(fault, { maxLength: 4 }),
  })
  .map((given) => new Map(Object.entries(given)) as ReadonlyMap<PortCall, readonly ("none" | "lost" | "late")[]>);

describe("a fan-out, under any faults in any order,", () => {
  it("inv:3 inv:13 accounts for every recipient: delivered, gone, expired or dead-lettered", async () => {
    await fc.assert(
      fc.asyncProperty(world, faults, fc.scheduler(), async (plan, given, scheduler) => {
        const made = build(plan);
        made.around = withFaults((call, what) => scheduler.schedule(Promise.resolve(), what).then(call), given);
        // If the removal of a gone connection failed, it may be reported a second time.
        const forgotten = new Set<string>();
        const poisoned = await runToEnd(made, (run) => scheduler.waitFor(run()));
        for (const { connectionId, outcome: told } of made.channel.posts)
          if (told === "gone") forgotten.add(connectionId);
        if (!poisoned) expect(unaccounted(made, plan.fates).filter((id) => !forgotten.has(id))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, (made: FanOutWorld) => void]>([
    ["a continuation is lost", (made) => Object.assign(made.queue, { defer: async () => undefined })],
    ["a page is dropped", (made) => Object.assign(made, { read: async () => ({ items: made.audience.slice(0, 1) }) })],
    ["a dead letter is lost", (made) => Object.assign(made.queue, { addDelivery: async () => undefined })],
    ["no ended one is looked up", (made) => Object.assign(made, { findAgain: async () => undefined })],
  ])("is caught leaving a recipient out when %s (positive control)", async (_mutant, mutate) => {
    const { failed } = await fc.check(
      fc.asyncProperty(world, async (plan) => {
        const made = build(plan);
        mutate(made);
        await runToEnd(made, (run) => run());
        return unaccounted(made, plan.fates).length === 0;
      }),
      { seed: 17 },
    );
    expect(failed).toBe(true);
  });

  it("fault:6 posts once to a reached recipient, unless enqueueing failed or a response came too late", async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.scheduler(), async (plan, scheduler) => {
        const made = build(plan);
        made.around = (call, what) => scheduler.schedule(Promise.resolve(), what).then(call);
        await runToEnd(made, (run) => scheduler.waitFor(run()));
        for (const { connectionId } of made.audience) {
          const told = made.channel.postsTo(connectionId);
          expect(told.slice(0, -1)).not.toContain("delivered");
        }
      }),
      { numRuns: 300 },
    );
  });

  it("fault:J12 inv:5 inv:19 posts to no connection that has expired", async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.scheduler(), async (plan, scheduler) => {
        const made = build(plan);
        const script = made.channel.script;
        made.channel.script = (id, nth) => {
          const one = made.audience[Number(id.slice(1))];
          expect(one && endOf(one, plan.fates)).toBeGreaterThan(made.clock.now() / 1000);
          return script(id, nth);
        };
        await runToEnd(made, (run) => scheduler.waitFor(run()));
      }),
      { numRuns: 300 },
    );
  });

  it("inv:14 has the same outcome for all other connections, whatever one connection does", async () => {
    const quiet = world.map((plan) => ({ ...plan, postMillis: 0 })).filter(({ fates }) => fates.length > 0);
    await fc.assert(
      fc.asyncProperty(quiet, fate, fc.nat(), fc.scheduler(), fc.scheduler(), async (plan, other, at, one, two) => {
        const changed = at % plan.fates.length;
        const runs = [plan, { ...plan, fates: plan.fates.with(changed, other) }].map(build);
        for (const [made, scheduler] of [
          [runs[0], one],
          [runs[1], two],
        ] as const) {
          if (made === undefined) continue;
          made.around = (call, what) => scheduler.schedule(Promise.resolve(), what).then(call);
          await scheduler.waitFor(made.run());
        }
        const others = plan.fates.map((_, index) => index).filter((index) => index !== changed);
        const told = runs.map((made) =>
          others.map((index) => made.channel.postsTo(recipient(`c${index}`).connectionId)),
        );
        expect(told[1]).toEqual(told[0]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("fault:J10 a process that ends in the middle of a fan-out", () => {
  const fates: readonly Fate[] = (["delivered", "gone", "throttled", "delivered", "refused", "delivered"] as const).map(
    (later) => ({ first: [], later, connecting: false, secondsLeft: 3600 }),
  );
  const plan: Plan = { fates: [...fates], pageSize: 2, concurrency: 2, postMillis: 0 };

  /** No call has an effect from the nth on; the nth itself may have had one. */
  function endAt(made: FanOutWorld, nth: number, after: boolean): Promise<void> {
    let calls = 0;
    return new Promise((ended) => {
      made.around = async (call) => {
        calls += 1;
        if (calls > nth || (calls === nth && !after)) ended();
        if (calls < nth) return call();
        if (calls === nth && after) await call();
        ended();
        return new Promise(() => undefined);
      };
    });
  }

  async function countCalls(): Promise<number> {
    const made = build(plan);
    let calls = 0;
    made.around = (call) => {
      calls += 1;
      return call();
    };
    await made.run();
    return calls;
  }

  it("loses no recipient, whichever call it ends at, and posts at most twice to a reached one", async () => {
    const calls = await countCalls();
    expect(calls).toBeGreaterThan(15);
    for (let nth = 1; nth <= calls; nth += 1) {
      for (const after of [false, true]) {
        const made = build(plan);
        const ended = endAt(made, nth, after);
        void made.run();
        await ended;
        made.around = (call) => call();
        made.restart();
        await runToEnd(made, (run) => run());
        expect(unaccounted(made, fates)).toEqual([]);
        const times = made.audience.map((one) =>
          made.channel.postsTo(one.connectionId).filter((told) => told === "delivered"),
        );
        expect(Math.max(...times.map(({ length }) => length))).toBeLessThanOrEqual(2);
      }
    }
  });
});
