import fc from "fast-check";
import type { AdministratorsChange } from "./access.ts";
import { ENTITIES, type Mutation, type Operation, type Scenario, TableSimulation } from "./scenario.ts";
import type { Fault } from "./steps.ts";

export type Schedule = Scenario & {
  readonly collects: boolean;
  readonly isInPieces: boolean;
  readonly faultiness: number;
  readonly seed: number;
};

const grants = fc.constantFrom("all" as const, "some" as const, "none" as const);
const ofRenewal = {
  kind: fc.constant("renew" as const),
  minutes: fc.constantFrom(20, 30, 40),
  isOld: fc.boolean(),
};
const renewal = fc.record(ofRenewal);
const ending = fc.constantFrom<Operation>({ kind: "end" }, { kind: "revoke" });
const entities = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ENTITIES.map((entity) => [entity])) },
  { weight: 1, arbitrary: fc.shuffledSubarray([...ENTITIES], { minLength: 2 }) },
);
const change = fc.record({
  kind: fc.constantFrom("subscribe" as const, "subscribe" as const, "unsubscribe" as const),
  entities,
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

const conditions = {
  limit: fc.constantFrom(1, 2),
  initially: fc.constantFrom([], ["a"]),
  room: fc.constantFrom("plenty" as const, "one" as const, "none" as const),
  isNarrow: fc.boolean(),
  collects: fc.boolean(),
  /** Whether all transactions are. */
  isInPieces: fc.boolean(),
  /** In how many of a hundred steps something fails. */
  faultiness: fc.constantFrom(0, 15, 30),
  seed: fc.nat(),
};

/** Everything is granted, so that limit, end and order of the requests decide. */
export const grantedAll: fc.Arbitrary<Schedule> = fc.record({
  ...conditions,
  operations: fc.oneof(
    { weight: 2, arbitrary: fc.array(operation, { minLength: 2, maxLength: 5 }) },
    { weight: 1, arbitrary: fc.array(operationOfLife, { minLength: 2, maxLength: 3 }) },
  ),
});

const administrators: fc.Arbitrary<AdministratorsChange> = fc.record({
  kind: fc.constantFrom("grant" as const, "withdrawal" as const),
  pattern: fc.constantFrom("a", "a", "b", "*"),
  at: fc.constantFrom(-3, -2, -1),
  minutes: fc.constantFrom(undefined, 5, 9),
});

const operationOfAccess: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: change },
  { weight: 3, arbitrary: administrators },
  { weight: 3, arbitrary: fc.record({ ...ofRenewal, grants }) },
  { weight: 1, arbitrary: fc.constantFrom<Operation>({ kind: "review" }, { kind: "lapse" }, { kind: "close" }) },
);

/** Tokens and administrators grant less, and not the same for ever. */
const grantedSome: fc.Arbitrary<Schedule> = fc.record({
  ...conditions,
  limit: fc.constantFrom(1, 3),
  initially: fc.constantFrom([], ["a"], ["a", "b"], ["a", "b", "c"]),
  operations: fc.array(operationOfAccess, { minLength: 2, maxLength: 5 }),
  grants,
  decided: fc.array(
    administrators.map((one) => ({ ...one, kind: "grant" as const, at: -4 })),
    { maxLength: 2 },
  ),
});

/** Several reviews that end subscriptions at once, in transactions that others see in pieces. */
export const takenBack: fc.Arbitrary<Schedule> = fc.record({
  ...conditions,
  limit: fc.constant(3),
  initially: fc.constant(["a", "b", "c"]),
  isInPieces: fc.constant(true),
  operations: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: administrators.map((one) => ({ ...one, kind: "withdrawal" as const })) },
      { weight: 1, arbitrary: fc.record({ ...ofRenewal, grants }) },
      { weight: 1, arbitrary: change },
      { weight: 1, arbitrary: fc.constantFrom<Operation>({ kind: "review" }, { kind: "lapse" }) },
    ),
    { minLength: 2, maxLength: 3 },
  ),
  grants: fc.constant("none" as const),
  decided: fc.constantFrom(
    [{ kind: "grant" as const, pattern: "*", at: -4 }],
    ["a", "b", "c"].map((pattern) => ({ kind: "grant" as const, pattern, at: -4, minutes: 5 })),
  ),
});

/** The place of each operation in a client's order; some have none. */
const places = fc.array(fc.constantFrom(true, true, true, false), { minLength: 5, maxLength: 5 });

/** Numbers in the order of the operations, which begin at the same time: each may be the first to arrive. */
export const inOrder = fc.tuple(fc.oneof(grantedAll, grantedSome), places).map(([schedule, isNumbered]): Schedule => {
  const operations = schedule.operations.map((one, index) => {
    const takesSeq = one.kind === "subscribe" || one.kind === "unsubscribe" || one.kind === "renew";
    return takesSeq && isNumbered[index] ? { ...one, seq: index + 1 } : one;
  });
  return { ...schedule, operations };
});

/** Grants that change. */
export const granted: fc.Arbitrary<Schedule> = fc.oneof(
  { weight: 3, arbitrary: grantedSome },
  { weight: 1, arbitrary: takenBack },
);

export const schedules: fc.Arbitrary<Schedule> = fc.oneof(
  { weight: 3, arbitrary: grantedAll },
  { weight: 4, arbitrary: granted },
  { weight: 2, arbitrary: inOrder },
);

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
