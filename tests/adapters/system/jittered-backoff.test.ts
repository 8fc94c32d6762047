import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { JitteredBackoff } from "../../../src/adapters/system/system.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("spreads waiters over the whole of the pause, and keeps none beyond it", async () => {
  const backoff = new JitteredBackoff();
  const back: number[] = [];
  for (let waiter = 0; waiter < 100; waiter += 1) void backoff.pause(1000).then(() => back.push(waiter));
  await vi.advanceTimersByTimeAsync(500);
  const halfway = back.length;
  await vi.advanceTimersByTimeAsync(500);
  // Were they fair coins, all on one side would come up once in 2^99 runs.
  expect(halfway).toBeGreaterThan(0);
  expect(halfway).toBeLessThan(100);
  expect(back).toHaveLength(100);
});
