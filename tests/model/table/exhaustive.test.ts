import { describe, expect, it } from "vitest";
import { explore, scenarios } from "./exhaustive.ts";

describe("up to three requests of one connection, at its limit", () => {
  it("I1 I15 hold in every order of what they ask of the table", async () => {
    const found: unknown[] = [];
    let orders = 0;
    for (const scenario of scenarios()) {
      const { findings, ...counts } = await explore(scenario);
      orders += counts.orders;
      if (findings.size > 0) found.push({ scenario, findings });
    }
    expect(found).toEqual([]);
    // Or else steps were not given every turn.
    expect(orders).toBeGreaterThan(20_000);
  }, 300_000);
});
