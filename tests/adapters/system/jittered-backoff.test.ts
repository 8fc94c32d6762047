import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { JitteredBackoff } from "../../../src/adapters/system/system.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("spreads waiting callers over the whole pause, and holds none longer", async () => {
  const backoff = new JitteredBackoff();
  const back: number[] = [];
  for (let waiter = 0; waiter < 100; waiter += 1) void backoff.pause(1000).then(() => back.push(waiter));
  await vi.advanceTimersByTimeAsync(500);
  const halfway = back.length;
  await vi.advanceTimersByTimeAsync(500);
  // By chance, all 100 fall into one half of the pause once in 2^99 runs.
  expect(halfway).toBeGreaterThan(0);
  expect(halfway).toBeLessThan(100);
  expect(back).toHaveLength(100);
});
