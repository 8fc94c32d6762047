import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mutants } from "./mutants.ts";
import { plans } from "./plan.ts";
import { run } from "./run.ts";

/** As many as are surely enough, and few beside those of the model. */
const MAX_RUNS = 5_000;

/** A test of the test: what it is to find, it finds, by the invariant that is broken. */
describe("the model finds", () => {
  it.each(mutants)(
    "$breaks $what",
    async ({ breaks, system }) => {
      const holds = fc.asyncProperty(plans, fc.scheduler(), async (plan, scheduler) => {
        const findings = await run(system, plan, scheduler);
        return !findings.some(({ invariant }) => invariant === breaks);
      });
      const { failed } = await fc.check(holds, {
        numRuns: MAX_RUNS,
        endOnFailure: true,
        seed: 17,
      });
      expect(failed).toBe(true);
    },
    120_000,
  );
});
