import fc from "fast-check";
import { ENTITIES, type Mutation, type Operation, type Scenario, TableSimulation } from "./scenario.ts";
import type { Fault } from "./steps.ts";

export type Schedule = Scenario & {
  readonly collects: boolean;
  readonly isInPieces: boolean;
  readonly faultiness: number;
  readonly seed: number;
};

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("subscribe" as const), entity: fc.constantFrom(...ENTITIES) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("unsubscribe" as const), entity: fc.constantFrom(...ENTITIES) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "close" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("renew" as const),
      minutes: fc.constantFrom(20, 30, 40),
      isOld: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "end" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "revoke" as const }) },
);

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  operations: fc.array(operation, { minLength: 2, maxLength: 5 }),
  limit: fc.constantFrom(1, 2),
  initially: fc.constantFrom([], ["a"]),
  room: fc.constantFrom("plenty", "one", "none"),
  collects: fc.boolean(),
  /** Whether all transactions are. */
  isInPieces: fc.boolean(),
  /** In how many of a hundred steps something fails. */
  faultiness: fc.constantFrom(0, 15, 30),
  seed: fc.nat(),
});

const FAULTS: readonly Fault[] = ["failed", "lost", "late", "late", "twice", "again later", "throttled"];

/** The violations of one random order, with faults. */
export async function violationsOf(schedule: Schedule, mutation: Mutation = {}): Promise<readonly string[]> {
  const next = numbersFrom(schedule.seed);
  const otherwise = schedule.isInPieces ? "in pieces" : "none";
  const run = await TableSimulation.begin(schedule, mutation);
  while (run.steps.waiting.length > 0) {
    const fault = next(100) < schedule.faultiness ? (FAULTS[next(FAULTS.length)] ?? "none") : otherwise;
    await run.take(next(run.steps.waiting.length), fault);
  }
  await run.end(schedule.collects);
  return [...run.violations];
}

/** Mulberry32, a small generator of random numbers. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
