import { describe, expect, it } from "vitest";
import {
  coldMillis,
  longestWaitMillisOf,
  priceOfMillion,
  waitMillisOf,
  warmMillis,
} from "../../benchmarks/memory-cost.ts";

const USAGE = { loadMs: 40, firstCpuMs: 10, warmCpuMs: 2, waitMillis: { load: 8, first: 4, warm: 3 } };
const HALF_A_CORE = 1769 / 2;

describe("the time of a function by its memory", () => {
  it("has the CPU of calls at their share, and loading and waits in full", () => {
    expect(coldMillis(USAGE, HALF_A_CORE)).toBe(40 + 8 + 20 + 4);
    expect(warmMillis(USAGE, HALF_A_CORE)).toBe(4 + 3);
  });

  it("has each request of a call, and the longest one of loading", () => {
    const requests = ["secretsmanager.GetSecretValue", "DynamoDB_20120810.PutItem", undefined].map((target) => ({
      ...{ method: "POST", path: "/", target },
    }));
    expect(waitMillisOf(requests)).toBe(8 + 4 + 8);
    expect(longestWaitMillisOf(requests)).toBe(8);
    expect([waitMillisOf([]), longestWaitMillisOf([])]).toEqual([0, 0]);
  });
});

it("the price has whole milliseconds, rounded up, and the requests", () => {
  expect(priceOfMillion(999.2, 1024)).toBeCloseTo(0.2 + 1e6 * 0.0000133334);
});
