import fc from "fast-check";
import { ENTITIES, type Mutation, type Operation, type Scenario, TableSimulation } from "./scenario.ts";
import type { Fault } from "./steps.ts";

export type Schedule = Scenario & {
  readonly collects: boolean;
  readonly isInPieces: boolean;
  readonly faultiness: number;
  readonly seed: number;
};

const renewal = fc.record({
  kind: fc.constant("renew" as const),
  minutes: fc.constantFrom(20, 30, 40),
  isOld: fc.boolean(),
});
const ending = fc.constantFrom<Operation>({ kind: "end" }, { kind: "revoke" });
const change = fc.record({
  kind: fc.constantFrom("subscribe" as const, "subscribe" as const, "unsubscribe" as const),
  entity: fc.constantFrom(...ENTITIES),
});
const close = fc.constant<Operation>({ kind: "close" });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 7, arbitrary: change },
  { weight: 1, arbitrary: close },
  { weight: 2, arbitrary: renewal },
  { weight: 1, arbitrary: ending },
);

/** Most of it happens to the end of the connection. */
const operationOfLife: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 3, arbitrary: renewal },
  { weight: 3, arbitrary: ending },
  { weight: 1, arbitrary: change },
);

export const schedules: fc.Arbitrary<Schedule> = fc.record({
  operations: fc.oneof(
    { weight: 2, arbitrary: fc.array(operation, { minLength: 2, maxLength: 5 }) },
    { weight: 1, arbitrary: fc.array(operationOfLife, { minLength: 2, maxLength: 3 }) },
  ),
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
