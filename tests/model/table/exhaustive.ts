import { ENTITIES, type Operation, type Scenario, TableSimulation } from "./scenario.ts";

const [A, B] = ENTITIES;

const OPERATIONS: readonly Operation[] = [
  { kind: "subscribe", entities: [A] },
  { kind: "subscribe", entities: [B] },
  { kind: "unsubscribe", entities: [A] },
  { kind: "unsubscribe", entities: [B] },
  { kind: "close" },
];

const LIVES: readonly Operation[] = [
  { kind: "renew", minutes: 20, isOld: false },
  { kind: "renew", minutes: 30, isOld: true },
  { kind: "end" },
  { kind: "revoke" },
];

/** Lists take two transactions. */
const GRANTS: readonly Operation[] = [
  { kind: "renew", minutes: 20, isOld: false, grants: "none", seq: 1 },
  { kind: "subscribe", entities: [A, B], seq: 2 },
  { kind: "unsubscribe", entities: [A, B], seq: 3 },
  { kind: "grant", pattern: A, at: -1, minutes: 5 },
  { kind: "withdrawal", pattern: "*", at: -2 },
  { kind: "lapse" },
  { kind: "close" },
];

/** Every choice of up to three operations, at a limit of one, from each beginning; of up to two, if grants change. */
export function scenarios(): readonly Scenario[] {
  const ofSubscriptions = choicesOf(OPERATIONS).flatMap((operations) =>
    [[], [A]].flatMap((initially) =>
      (["plenty", "none"] as const).map((room) => ({ operations, initially, room, limit: 1 })),
    ),
  );
  const ofLives = choicesOf([...LIVES, ...OPERATIONS.filter(isOfA)])
    .filter((operations) => operations.some((one) => LIVES.includes(one)))
    .map((operations) => ({ operations, initially: [], room: "plenty" as const, limit: 1 }));
  const ofGrants = choicesOf(GRANTS)
    .filter(({ length }) => length < 3)
    .flatMap((operations) =>
      (["all", "some", "none"] as const).map((grants) => ({
        ...{ operations, initially: [A], room: "none" as const, limit: 2, isNarrow: true },
        ...{ grants, decided: [{ kind: "grant" as const, pattern: "*", at: -4, minutes: 9 }] },
      })),
    );
  return [...ofSubscriptions, ...ofLives, ...ofGrants];
}

function isOfA(operation: Operation): boolean {
  return !("entities" in operation) || operation.entities.includes(A);
}

function choicesOf(all: readonly Operation[]): readonly (readonly Operation[])[] {
  return all.flatMap((one, first) => [
    [one],
    ...all
      .slice(first)
      .flatMap((two, second) => [[one, two], ...all.slice(first + second).map((three) => [one, two, three])]),
  ]);
}

type Exploration = { readonly violations: ReadonlySet<string>; readonly orders: number };

/**
 * Takes the steps in every order. A run cannot go back, so each order is run from the beginning, up to a known state:
 * its continuations were run already.
 */
export async function explore(scenario: Scenario): Promise<Exploration> {
  const violations = new Set<string>();
  const seen = new Set<string>();
  const prefixes: (readonly number[])[] = [[]];
  let orders = 0;
  for (let prefix = prefixes.pop(); prefix !== undefined; prefix = prefixes.pop()) {
    orders += 1;
    const run = await TableSimulation.begin(scenario);
    const taken: number[] = [];
    for (const index of prefix) {
      await run.take(index);
      taken.push(index);
    }
    let isNew = true;
    while (isNew && run.steps.waiting.length > 0) {
      isNew = note(seen, run.signature());
      if (!isNew) break;
      const [next = 0, ...others] = run.enabled();
      for (const other of others) prefixes.push([...taken, other]);
      await run.take(next);
      taken.push(next);
    }
    if (isNew) {
      await run.end();
      for (const finding of run.violations) violations.add(finding);
    } else await run.abandon();
  }
  return { violations, orders };
}

function note(seen: Set<string>, signature: string): boolean {
  const isNew = !seen.has(signature);
  seen.add(signature);
  return isNew;
}
