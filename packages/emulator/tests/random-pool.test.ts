import { expect, it } from "vitest";
import { randomPart } from "../src/random-pool.ts";

it("parts of the random pool have their length, keep their bytes, and are all different", () => {
  const parts = Array.from({ length: 2_000 }, (_, number) => randomPart(8 + (number % 6)));
  const texts = parts.map((part) => part.toString("hex"));
  expect(parts.every(({ length }, number) => length === 8 + (number % 6))).toBe(true);
  expect(new Set(texts).size).toBe(parts.length);
  for (let more = 0; more < 2_000; more += 1) randomPart(8);
  expect(parts.map((part) => part.toString("hex"))).toEqual(texts);
});
