import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type EpochMillis,
  type EpochSeconds,
  earlier,
  isWithin,
  later,
  parseEpochMillis,
  parseEpochSeconds,
  secondsAfter,
  toEpochSeconds,
  wholeSeconds,
} from "../../src/domain/time.ts";

const millis = (value: number) => value as EpochMillis;
const seconds = (value: number) => value as EpochSeconds;

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

describe("of two moments", () => {
  it.each([
    [1, 2],
    [2, 1],
    [2, 2],
  ])("%i and %i, the earlier and the later are found in either order", (one, other) => {
    const [first, last] = [one, other].sort();

    expect(earlier(seconds(one), seconds(other))).toBe(first);
    expect(later(seconds(one), seconds(other))).toBe(last);
  });
});

describe("isWithin", () => {
  const SINCE = millis(1_000_000);

  it.each([
    ["at its first moment", SINCE, true],
    ["in its last millisecond", SINCE + 4999, true],
    ["at its end", SINCE + 5000, false],
    ["before it, by a clock that was set back", SINCE - 1, false],
  ])("says of 5 seconds %s (%i): %s", (_row, now, within) => {
    expect(isWithin(5, SINCE, millis(now))).toBe(within);
  });

  it("is false where nothing has begun", () => {
    expect(isWithin(5, undefined, SINCE)).toBe(false);
  });

  it("ends where secondsAfter says", () => {
    expect(secondsAfter(SINCE, 5)).toBe(SINCE + 5000);
  });
});

describe("seconds", () => {
  it("are the last whole second before or at the moment", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 33 * 1000 - 1 }), (moment) => {
        const second = toEpochSeconds(millis(moment));

        expect(second).toBe(wholeSeconds(second));
        expect(moment - second * 1000).toBeGreaterThanOrEqual(0);
        expect(moment - second * 1000).toBeLessThan(1000);
      }),
    );
  });

  it.each([
    [1_800_000_000, 1_800_000_000],
    [1_800_000_000.999, 1_800_000_000],
  ])("of %d are %d without their fraction", (moment, whole) => {
    expect(wholeSeconds(seconds(moment))).toBe(whole);
  });
});
