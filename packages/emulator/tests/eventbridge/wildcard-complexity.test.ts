import { expect, it } from "vitest";
import { wildcardComplexity } from "../../src/eventbridge/wildcard-complexity.ts";

const complexityOf = (pattern: string) =>
  wildcardComplexity([...pattern].map((character) => (character === "*" ? undefined : character)));

/** The numbers come from event-ruler's MachineComplexityEvaluatorTest. */
it.each([
  ["*", 1],
  ["abc", 1],
  ["*ab", 2],
  ["*aa", 3],
  ["a*b", 2],
  ["aa*", 2],
  ["a*bb", 3],
  ["a*bcb", 3],
  ["a*bbb", 4],
  ["*ab*ad", 4],
  ["*ab*d", 3],
])("counts how many beginnings of %s match at once: %i", (pattern, expected) => {
  expect(complexityOf(pattern)).toBe(expected);
});

it("stops counting, as too complex, at a pattern with exponential complexity", () => {
  expect(complexityOf(Array.from({ length: 40 }, (_, n) => `*${"ab".repeat(n)}`).join(""))).toBe(100);
});
