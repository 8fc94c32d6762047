import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Schedule, schedules, violationsOf } from "./random.ts";

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

  it("has an order in which an end cuts a request of two parts after the first", async () => {
    const schedule: Schedule = {
      ...{ limit: 2, initially: [], room: "one", isNarrow: true, collects: false, isInPieces: false },
      ...{ faultiness: 0, seed: 0 },
      operations: [
        { kind: "renew", minutes: 20, isOld: false, seq: 1 },
        { kind: "renew", minutes: 20, isOld: false, seq: 2 },
        { kind: "subscribe", entities: ["a", "b"], seq: 3 },
        { kind: "end" },
        { kind: "subscribe", entities: ["c", "a"], seq: 5 },
      ] as Schedule["operations"],
    };
    expect(await violationsOf(schedule)).toEqual([]);
  });
});
