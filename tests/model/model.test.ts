import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plans } from "./plan.ts";
import { run } from "./run.ts";
import { system } from "./system.ts";

const CI_RUNS = 12_000;
const RUNS = process.env["CI"] === "true" ? CI_RUNS : Number(process.env["MODEL_RUNS"] ?? 2_000);

describe("use cases and stores, under faults and in any order", () => {
  it(`inv:1 inv:2 inv:3 inv:4 inv:5 inv:6 inv:12 inv:13 inv:14 inv:15 inv:19 inv:20 inv:21 inv:23 inv:24 inv:25 inv:26 inv:27 inv:28 inv:29 inv:30 inv:31 hold over ${RUNS} runs`, async () => {
    await fc.assert(
      fc.asyncProperty(plans, fc.scheduler(), async (plan, scheduler) => {
        expect(await run(system, plan, scheduler)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 300_000);
});
