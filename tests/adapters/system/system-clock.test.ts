import { expect, it } from "vitest";
import { SystemClock } from "../../../src/adapters/system/system.ts";
import { parseEpochMillis } from "../../../src/domain/time.ts";

it("gives whole milliseconds since 1970, between an earlier and a later reading of Date.now()", () => {
  const before = Date.now();

  const now = new SystemClock().now();

  expect(parseEpochMillis(now)).toBe(now);
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
