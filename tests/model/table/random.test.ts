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
      ],
    };
    expect(await violationsOf(schedule)).toEqual([]);
  });

  it.each<[string, number, Schedule["operations"]]>([
    [
      "a renewal",
      15,
      [
        { kind: "renew", minutes: 20, isOld: false, seq: 1 },
        { kind: "close" },
        { kind: "renew", minutes: 20, isOld: false, seq: 3 },
      ],
    ],
    [
      "a request about subscriptions",
      27,
      [
        { kind: "subscribe", entities: ["a", "c"], seq: 1 },
        { kind: "subscribe", entities: ["a"], seq: 2 },
        { kind: "unsubscribe", entities: ["a"], seq: 3 },
        { kind: "close" },
        { kind: "subscribe", entities: ["a"], seq: 5 },
      ],
    ],
  ])(
    "has an order in which %s counts, is repeated, and meets the end of its connection",
    async (_what, seed, operations) => {
      const schedule: Schedule = {
        ...{ limit: 1, initially: [], room: "plenty", isNarrow: false, collects: false, isInPieces: false },
        ...{ faultiness: 15, seed, operations },
      };
      expect(await violationsOf(schedule)).toEqual([]);
    },
  );
});
