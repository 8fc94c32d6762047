import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Clock, readTime } from "../../src/clock/clock.ts";
import { MAX_DURATION_MILLIS, parseDuration } from "../../src/clock/duration.ts";

const NOON = Date.UTC(2026, 10, 27, 12);

function stopped(): Clock {
  return new Clock({ stopped: true, startAt: NOON });
}

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

describe("a stopped clock", () => {
  it("stands still, and runs nothing by itself", async () => {
    const clock = stopped();
    let runs = 0;
    clock.after(0, () => {
      runs += 1;
    });
    await pause(5);
    expect([clock.now(), runs, clock.isStopped]).toEqual([NOON, 0, true]);
  });

  it("runs each task at its own time, in the order of times, also those that tasks add", async () => {
    const clock = stopped();
    const seen: [string, number][] = [];
    const note = (name: string) => () => seen.push([name, clock.now() - NOON]);
    clock.after(3_000, note("last"));
    clock.after(1_000, () => {
      note("first")();
      clock.after(1_000, note("added"));
      clock.after(5_000, note("too late"));
    });
    clock.after(1_000, note("first, too"));
    await clock.advance(3_000);
    expect(seen).toEqual([
      ["first", 1_000],
      ["first, too", 1_000],
      ["added", 2_000],
      ["last", 3_000],
    ]);
    expect([clock.now() - NOON, clock.pending]).toEqual([3_000, 1]);
  });

  it("runs the same tasks in the same order, however an advance is divided", async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        delays,
        fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
        async (timers, steps) => {
          const whole = await order(timers, [steps.reduce((sum, step) => sum + step, 0)]);
          expect(await order(timers, steps)).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("queues advances up", async () => {
    const clock = stopped();
    await Promise.all([clock.advance(1_000), clock.advance(2_000)]);
    expect(clock.now() - NOON).toBe(3_000);
  });

  it("waits for the work that a task has started, before the next task", async () => {
    const clock = stopped();
    let working = false;
    const seen: boolean[] = [];
    clock.waitFor(() => working);
    clock.after(1_000, () => {
      working = true;
      void pause(10).then(() => {
        working = false;
      });
    });
    clock.after(2_000, () => seen.push(working));
    await clock.advance(2_000);
    expect(seen).toEqual([false]);
  });

  it("goes on beside work that hangs", async () => {
    const clock = stopped();
    let isHanging = true;
    clock.waitFor(() => isHanging);
    clock.after(30_000, () => {
      isHanging = false;
    });
    await clock.advance(60_000);
    expect(isHanging).toBe(false);
  });

  it("goes on after a task that throws, and the advance rejects with its error", async () => {
    const clock = stopped();
    const seen: number[] = [];
    clock.after(1_000, () => {
      throw new Error("of a task");
    });
    clock.after(2_000, () => void seen.push(clock.now() - NOON));
    await expect(clock.advance(3_000)).rejects.toThrow("of a task");
    await clock.advance(1_000);
    expect([...seen, clock.now() - NOON]).toEqual([2_000, 4_000]);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, 1e300])("has no time that is not one: %s", (time) => {
    expect(() => new Clock({ startAt: time })).toThrow(RangeError);
    expect(() => stopped().advance(time)).toThrow(RangeError);
  });

  it("never goes backwards", () => {
    for (const millis of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => stopped().advance(millis)).toThrow(RangeError);
    }
  });

  it("shows its time to other threads", async () => {
    const clock = stopped();
    await clock.advance(7);
    expect(readTime(new Float64Array(clock.shared))).toBe(NOON + 7);
  });
});

describe("a clock that goes", () => {
  it("keeps the machine's time from where it starts, and a task that is cancelled never runs", async () => {
    const clock = new Clock({ startAt: NOON });
    const seen: string[] = [];
    clock.after(1, () => seen.push("run"));
    clock.after(1, () => seen.push("cancelled"))();
    await pause(15);
    expect(seen).toEqual(["run"]);
    expect(clock.now() - NOON).toBeGreaterThanOrEqual(10);
    expect(clock.now() - NOON).toBeLessThan(10_000);
  });

  it("jumps, and what was due later comes earlier by as much", async () => {
    const clock = new Clock();
    const before = Date.now();
    const seen: string[] = [];
    clock.after(7_200_000, () => seen.push("due"));
    const late = new Promise<void>((resolve) => clock.after(7_200_010, resolve));
    await clock.advance(7_200_000);
    expect(seen).toEqual(["due"]);
    expect(clock.now() - before).toBeGreaterThanOrEqual(7_200_000);
    await late;
  });

  it("stops and goes on from where it stands", async () => {
    const clock = new Clock({ startAt: NOON });
    clock.stop();
    const at = clock.now();
    const ran = new Promise<void>((resolve) => clock.after(1, resolve));
    await pause(10);
    expect(clock.now()).toBe(at);
    clock.resume();
    await ran;
    expect(clock.now()).toBeGreaterThan(at);
    expect(clock.now() - at).toBeLessThan(10_000);
  });

  it("does not run a task of more than 24.8 days at once, as a timer of Node.js would", async () => {
    const clock = new Clock();
    let runs = 0;
    const cancel = clock.after(30 * 86_400_000, () => {
      runs += 1;
    });
    await pause(5);
    cancel();
    expect([runs, clock.pending]).toEqual([0, 0]);
  });
});

it.each([
  ["2h", 7_200_000],
  ["1h30m", 5_400_000],
  ["90s", 90_000],
  ["250ms", 250],
  ["1d", 86_400_000],
  ["0s", 0],
  ["366d", MAX_DURATION_MILLIS],
])("reads the duration %s", (text, millis) => {
  expect(parseDuration(text)).toBe(millis);
});

it.each(["", "2", "h", "-1s", "1.5h", "1s1h", "367d", " 1s", "1S", "9999999999999999999d"])(
  "refuses the duration %j",
  (text) => {
    expect(parseDuration(text)).toBeUndefined();
  },
);

async function order(timers: readonly number[], steps: readonly number[]): Promise<readonly string[]> {
  const clock = stopped();
  const seen: string[] = [];
  for (const [index, millis] of timers.entries()) clock.after(millis, () => seen.push(`${index} at ${clock.now()}`));
  for (const step of steps) await clock.advance(step);
  return seen;
}
