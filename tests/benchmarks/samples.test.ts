import { describe, expect, it } from "vitest";
import { median, percentile } from "../../benchmarks/samples.ts";

describe("percentile", () => {
  it.each([
    { samples: [3, 1, 2], share: 0.5, value: 2 },
    { samples: [4, 3, 2, 1], share: 0.5, value: 2 },
    { samples: [10, 9, 100], share: 0.99, value: 100 },
    { samples: [7], share: 0.01, value: 7 },
  ])("of $samples at $share is $value, compared as numbers", ({ samples, share, value }) => {
    expect(percentile(samples, share)).toBe(value);
  });

  it("needs at least one sample", () => {
    expect(() => median([])).toThrow(RangeError);
  });
});
