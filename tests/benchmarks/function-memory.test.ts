import { expect, it } from "vitest";
import { shareOfCore, templateMegabytes } from "../../benchmarks/function-memory.ts";
import { functionNames } from "../../scripts/build.ts";

it("a share of a core grows with the memory, up to one core", () => {
  expect([1769 / 4, 1769, 3538].map(shareOfCore)).toEqual([0.25, 1, 1]);
});

it("the template gives every function its memory", () => {
  const megabytes = templateMegabytes();
  expect([...megabytes.keys()].toSorted()).toEqual(functionNames().toSorted());
  expect(Math.min(...megabytes.values())).toBeGreaterThanOrEqual(128);
});
