import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { schedules, violationsOf } from "./random.ts";

const CI_RUNS = 20_000;
const RUNS = process.env["CI"] === "true" ? CI_RUNS : Number(process.env["MODEL_RUNS"] ?? 2_000);

describe("overlapping requests of one connection", () => {
  it(`inv:1 inv:15 hold in ${RUNS} random orders of their requests to the table, with failed, lost, late and repeated ones`, async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        expect(await violationsOf(schedule)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 300_000);
});
