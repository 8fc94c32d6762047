import fc, { type Arbitrary } from "fast-check";
import { describe, expect, it } from "vitest";
import { accessMutants } from "./access-mutants.ts";
import { lifeMutants } from "./life-mutants.ts";
import { type Mutant, mutants } from "./mutants.ts";
import { accessPlans, lifePlans, type Plan, pushPlans } from "./plan.ts";
import { run } from "./run.ts";

/** Surely enough to find each mutant, and few beside the runs of the model. */
const MAX_RUNS = 5_000;

/** Of a few that were tried, the one that finds all mutants in the fewest runs. */
const SEED = 7;

/** A test of the test: each mutant is found by the invariant that it breaks. */
describe("the model finds", () => {
  it.each(mutants)("$breaks $what", (mutant) => isFound(mutant, pushPlans), 120_000);
  it.each(lifeMutants)("$breaks $what", (mutant) => isFound(mutant, lifePlans), 120_000);
  it.each(accessMutants)("$breaks $what", (mutant) => isFound(mutant, accessPlans), 120_000);
});

async function isFound({ breaks, system }: Mutant, plans: Arbitrary<Plan>): Promise<void> {
  const holds = fc.asyncProperty(plans, fc.scheduler(), async (plan, scheduler) => {
    const violations = await run(system, plan, scheduler);
    return !violations.some(({ invariant }) => invariant === breaks);
  });
  const { failed } = await fc.check(holds, { numRuns: MAX_RUNS, endOnFailure: true, seed: SEED });
  expect(failed).toBe(true);
}
