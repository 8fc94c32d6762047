import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { EndingTask } from "../../../src/domain/connection/ending-task.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { EndingWorld, NOON_SECONDS } from "../../support/ending-world.ts";
import { NOON } from "../../support/notifications.ts";

const LONG_AGO = { connectedAt: (NOON - 3_600_000) as EpochMillis };

function slotsOf(world: EndingWorld) {
  return world.tasks.deferred.map(({ task, delaySeconds }) => [slotOf(task), delaySeconds, task.cut]);
}

function slotOf({ part }: EndingTask): number {
  return part.kind === "slots" ? part.from - NOON_SECONDS : Number.NaN;
}

describe("the run of a minute", () => {
  it("makes a task for each slot of the minute after the next that is not empty, to begin when it is over", async () => {
    const world = new EndingWorld();
    for (const end of [59, 60, 69, 71, 119, 120]) await world.open(end, LONG_AGO);
    await world.collect(0);
    expect(slotsOf(world)).toEqual([
      [60, 72, 4],
      [70, 82, 4],
      [110, 122, 4],
      // Of this minute: the run before made the first task.
      [50, 72, 1],
    ]);
  });

  it("has sixty seconds for itself: no task comes late, and none has a delay below zero", async () => {
    const world = new EndingWorld();
    for (const end of [-1, 0, 60]) await world.open(end, LONG_AGO);
    world.time.advanceTo(NOON + 59_999);
    await world.collect(0);
    expect(slotsOf(world)).toEqual([
      [60, 13, 1],
      [0, 0, 1],
      [-10, 0, 1],
    ]);
  });

  it("that is repeated minutes later, as Lambda does after a failure, makes the same tasks, without a delay", async () => {
    const world = new EndingWorld();
    await world.open(60, LONG_AGO);
    world.time.advanceTo(NOON + 180_000);
    await world.collect(0);
    expect(slotsOf(world)).toEqual([[60, 0, 1]]);
  });

  it("of a stack with nobody on it is eighteen counts, and no message", async () => {
    const world = new EndingWorld();
    const { endings } = world.deps;
    let counts = 0;
    const countIn = endings.countIn.bind(endings);
    endings.countIn = (slot) => {
      counts += 1;
      return countIn(slot);
    };
    world.tasks.outages = 1;
    expect(await world.collect(0)).toEqual({ tasks: 0, recipients: 0 });
    expect(counts).toBe(18);
    expect(world.tasks.outages).toBe(1);
  });

  it("makes the tasks of the slots that it could count, and fails, so that it is repeated", async () => {
    const world = new EndingWorld();
    for (const end of [60, 70]) await world.open(end, LONG_AGO);
    const { endings } = world.deps;
    const countIn = endings.countIn.bind(endings);
    endings.countIn = async (slot) => {
      if (slot === NOON_SECONDS + 60) throw new DependencyUnavailableError("CONNECTION_STORE");
      return countIn(slot);
    };
    await expect(world.collect(0)).rejects.toThrow("CONNECTION_STORE");
    expect(slotsOf(world)).toEqual([[70, 82, 1]]);
  });
});

/** Runs the schedule for some minutes, each run at its second of the minute, and all tasks between. */
async function live(world: EndingWorld, runs: readonly { readonly minute: number; readonly second: number }[]) {
  for (const { minute, second } of runs) {
    const at = NOON + minute * 60_000 + second * 1000;
    await world.drain(at);
    await world.collect(minute);
  }
  await world.drain();
}

/** Opens a connection at a moment while the schedule runs. Both in seconds after noon. */
type Client = { readonly opens: number; readonly lives: number };

async function framesAfterTheirEnds(
  clients: readonly Client[],
  runs: readonly { readonly minute: number; readonly second: number }[],
): Promise<readonly (Client & { readonly late: number; readonly frames: number })[]> {
  const world = new EndingWorld();
  const opened: (Client & { readonly id: string })[] = [];
  const moments = [
    ...clients.map((client) => ({ at: client.opens, client })),
    ...runs.map((run) => ({ at: run.minute * 60 + run.second, run })),
  ].sort((one, other) => one.at - other.at);
  for (const moment of moments) {
    await world.drain(NOON + moment.at * 1000);
    if ("run" in moment) await world.collect(moment.run.minute);
    else {
      const { client } = moment;
      const { id } = await world.open(client.opens + client.lives, {
        connectedAt: (NOON + client.opens * 1000) as EpochMillis,
      });
      opened.push({ ...client, id });
    }
  }
  await world.drain();
  return opened.map(({ id, ...client }) => {
    const told = world.ender.requests.filter((one) => one.connectionId === id && one.step === "frame");
    const first = told[0]?.at ?? Number.POSITIVE_INFINITY;
    return { ...client, late: (first - NOON) / 1000 - client.opens - client.lives, frames: told.length };
  });
}

const MINUTES = Array.from({ length: 8 }, (_, minute) => minute);
const seconds = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 8, maxLength: 8 });
const client = fc.record({ opens: fc.integer({ min: 60, max: 299 }), lives: fc.integer({ min: 1, max: 150 }) });
const clients = fc.array(client, { minLength: 1, maxLength: 12 });

/** A run begins up to this many seconds after its minute, in these tests. */
const JITTER = 9;
/** Two more for a batch that waits for another. */
const WORK = 4;

describe("a last frame", () => {
  it("comes once, never before the end, and at most 12 s after it if the token had two minutes to live", async () => {
    const long = fc.array(
      fc.record({ opens: fc.integer({ min: 60, max: 240 }), lives: fc.integer({ min: 130, max: 200 }) }),
    );
    await fc.assert(
      fc.asyncProperty(long, seconds, async (those, offsets) => {
        const runs = MINUTES.map((minute) => ({ minute, second: offsets[minute] ?? 0 }));
        for (const { late, frames } of await framesAfterTheirEnds(those, runs)) {
          expect(frames).toBe(1);
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThanOrEqual(12 + WORK);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("fault:M6 comes within a minute of the end, less what the token had to live, more what a run is late", async () => {
    await fc.assert(
      fc.asyncProperty(clients, seconds, async (those, offsets) => {
        const runs = MINUTES.map((minute) => ({ minute, second: offsets[minute] ?? 0 }));
        for (const { late, lives, frames } of await framesAfterTheirEnds(those, runs)) {
          expect(frames).toBe(1);
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThanOrEqual(Math.max(22, 60 + JITTER - lives) + WORK);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("comes within a minute also if one run fails as a whole, unless the token had less than that to live", async () => {
    await fc.assert(
      fc.asyncProperty(clients, seconds, fc.integer({ min: 1, max: 6 }), async (those, offsets, failed) => {
        const runs = MINUTES.map((minute) => ({ minute, second: offsets[minute] ?? 0 }));
        // Lambda repeats it a minute later, with the time of the event as it was.
        const repeated = runs.map((run) => (run.minute === failed ? { ...run, second: run.second + 60 } : run));
        for (const { late, lives, frames } of await framesAfterTheirEnds(those, repeated)) {
          expect(frames).toBeGreaterThanOrEqual(1);
          expect(late).toBeGreaterThanOrEqual(0);
          expect(late).toBeLessThanOrEqual(Math.max(22, 120 + JITTER - lives) + WORK);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("a hundred thousand connections", () => {
  it("are too many for one message: each slot is read in pages, with continuations", async () => {
    const world = new EndingWorld({ pageSize: 1000 });
    for (let one = 0; one < 20_000; one += 1) await world.open(60 + (one % 10), LONG_AGO);
    await live(world, [{ minute: 0, second: 1 }]);
    const closed = world.ender.requests.filter(({ step, outcome }) => step === "delete" && outcome === "delivered");
    expect(new Set(closed.map(({ connectionId }) => connectionId)).size).toBe(20_000);
    expect(closed).toHaveLength(20_000);
    expect(world.tasks.deferred.filter(({ task }) => task.part.kind === "slots").length).toBeGreaterThan(2);
    // Two requests for each at 250 a second; here each turn begins when the one before it has ended, on AWS sooner.
    const last = Math.max(...closed.map(({ at }) => at));
    expect((last - NOON) / 1000 - 72).toBeGreaterThan(150);
    expect((last - NOON) / 1000 - 72).toBeLessThan(260);
  }, 60_000);
});
