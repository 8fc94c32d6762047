import { expect, it } from "vitest";
import { SystemClock } from "../../../src/adapters/system/system.ts";
import { parseEpochMillis } from "../../../src/domain/time.ts";

it("tells whole milliseconds since 1970, between those told before and after", () => {
  const before = Date.now();

  const now = new SystemClock().now();

  expect(parseEpochMillis(now)).toBe(now);
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
