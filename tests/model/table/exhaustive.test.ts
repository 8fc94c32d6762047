import { describe, expect, it } from "vitest";
import { explore, scenarios } from "./exhaustive.ts";

describe("up to three requests of one connection, at its limit", () => {
  it("inv:1 inv:15 hold in every order of their requests to the table", async () => {
    const found: unknown[] = [];
    let orders = 0;
    for (const scenario of scenarios()) {
      const { violations, ...counts } = await explore(scenario);
      orders += counts.orders;
      if (violations.size > 0) found.push({ scenario, violations });
    }
    expect(found).toEqual([]);
    // Fewer would mean that steps were not tried in every order.
    expect(orders).toBeGreaterThan(20_000);
  }, 300_000);
});
