import { ENTITIES, type Operation, type Scenario, TableSimulation } from "./scenario.ts";

const [A, B] = ENTITIES;

const OPERATIONS: readonly Operation[] = [
  { kind: "subscribe", entity: A },
  { kind: "subscribe", entity: B },
  { kind: "unsubscribe", entity: A },
  { kind: "unsubscribe", entity: B },
  { kind: "close" },
];

/** Every choice of up to three operations, at a limit of one, from each beginning. */
export function scenarios(): readonly Scenario[] {
  const choices = OPERATIONS.flatMap((one, first) => [
    [one],
    ...OPERATIONS.slice(first).flatMap((two, second) => [
      [one, two],
      ...OPERATIONS.slice(first + second).map((three) => [one, two, three]),
    ]),
  ]);
  return choices.flatMap((operations) =>
    [[], [A]].flatMap((initially) =>
      (["plenty", "none"] as const).map((room) => ({ operations, initially, room, limit: 1 })),
    ),
  );
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
