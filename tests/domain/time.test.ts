import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EpochMillis,
  parseEpochMillis,
  parseEpochSeconds,
  toEpochSeconds,
  wholeSeconds,
} from "../../src/domain/time.ts";

describe("parseEpochSeconds", () => {
  it.each([Number.MIN_VALUE, 0.5, 1, 1_800_000_000, 1_800_000_000.25, 2 ** 33 - 1])("takes %d", (value) => {
    expect(parseEpochSeconds(value)).toBe(value);
  });

  it.each([
    0,
    -0,
    -1,
    2 ** 33,
    1.8e12,
    1e20,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
    "1800000000",
    1n,
    true,
    null,
    undefined,
    [1],
    {},
  ])("attack:D2 attack:D3 attack:D4 refuses %o", (value) => {
    expect(parseEpochSeconds(value)).toBeUndefined();
  });
});

describe("parseEpochMillis", () => {
  it.each([1, 1_800_000_000_123, 2 ** 33 * 1000 - 1])("takes %d", (value) => {
    expect(parseEpochMillis(value)).toBe(value);
  });

  it.each([0, -1, 0.5, 2 ** 33 * 1000, Number.POSITIVE_INFINITY, Number.NaN, "1800000000123", null, undefined])(
    "refuses %o",
    (value) => {
      expect(parseEpochMillis(value)).toBeUndefined();
    },
  );
});

describe("seconds", () => {
  it("are the last whole second before or at the moment", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 33 * 1000 - 1 }), (millis) => {
        const seconds = toEpochSeconds(millis as EpochMillis);

        expect(seconds).toBe(wholeSeconds(seconds));
        expect(millis - seconds * 1000).toBeGreaterThanOrEqual(0);
        expect(millis - seconds * 1000).toBeLessThan(1000);
      }),
    );
  });
});
