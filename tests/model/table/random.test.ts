import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findingsOf, schedules } from "./random.ts";

const CI_RUNS = 20_000;
const RUNS = process.env["CI"] === "true" ? CI_RUNS : Number(process.env["MODEL_RUNS"] ?? 2_000);

describe("requests of one connection, each of which waits for its turn at the table", () => {
  it(`I1 I15 hold in ${RUNS} random orders with failed, lost, late and repeated requests`, async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async (schedule) => {
        expect(await findingsOf(schedule)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  }, 300_000);
});
