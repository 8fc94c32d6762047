import { describe, expect, it } from "vitest";
import { benchAuthorizer } from "../../benchmarks/authorizer.ts";
import { benchEmulator } from "../../benchmarks/emulator.ts";
import { benchEndToEnd } from "../../benchmarks/end-to-end.ts";
import { benchFanOut } from "../../benchmarks/fan-out.ts";
import { benchMemory } from "../../benchmarks/memory.ts";
import { benchStartUp } from "../../benchmarks/start-up.ts";
import { type Table, toMarkdown } from "../../benchmarks/table.ts";

/** Checks that a table has measurements: no cell is empty, and none is the text of a missing number. */
function expectFilled(tables: readonly Table[]): void {
  const cells = tables.flatMap(({ rows }) => rows.flat());
  expect(cells.length).toBeGreaterThan(0);
  expect(cells.filter((cell) => cell === "" || /NaN|Infinity|undefined/.test(cell))).toEqual([]);
}

describe("each benchmark still runs, with counts too small for a result", { timeout: 120_000 }, () => {
  it("authorizer", async () => {
    expectFilled(await benchAuthorizer({ rounds: 1, calls: 2, starts: 1 }));
  });

  it("emulator", async () => {
    const counts = {
      connects: { rounds: 1, connects: 2, warmUps: 2, idle: [0, 3], settleMs: 0 },
      roundTrips: { rounds: 1, roundTrips: 2 },
      pushes: { users: 2, pushes: 2, warmUps: 2, underWay: 2, entries: [2] },
    };
    expectFilled(await benchEmulator(counts));
  });

  it("start-up", async () => {
    expectFilled(await benchStartUp({ rounds: 1 }));
  });

  it("memory", async () => {
    expectFilled(await benchMemory({ rounds: 1, calls: 2, warmUps: 1 }));
  });

  it("end-to-end", async () => {
    expectFilled(await benchEndToEnd({ cases: [{ subscribers: 2, pushes: 2 }], warmUps: 1 }));
  });

  it("fan-out", async () => {
    const cases = [
      { way: "plain", count: 3 },
      { way: "portcullis", count: 3 },
    ] as const;
    expectFilled(await benchFanOut(1, cases));
  });
});

describe("a table", () => {
  it("is printed as Markdown, numbers to the right", () => {
    const table = { title: "T", note: "N.", columns: ["what", "ms"], rows: [["one", "1"]] };
    expect(toMarkdown(table)).toBe("### T\n\n| what | ms |\n| --- | ---: |\n| one | 1 |\n\nN.");
  });

  it("has what it assumes above its rows", () => {
    const table = { title: "T", assumption: "A.", note: "N.", columns: ["what"], rows: [["one"]] };
    expect(toMarkdown(table)).toBe("### T\n\nA.\n\n| what |\n| --- |\n| one |\n\nN.");
  });
});
