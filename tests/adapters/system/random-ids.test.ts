import { describe, expect, it } from "vitest";
import { RandomIds } from "../../../src/adapters/system/system.ts";

const COUNT = 2_000;

describe("RandomIds", () => {
  const ids = new RandomIds();
  const minted = Array.from({ length: COUNT }, () => ids.next());

  it("never repeats an id", () => {
    expect(new Set(minted).size).toBe(COUNT);
  });

  it("has 122 random bits: each hex digit, except the two fixed ones, takes every value", () => {
    const digits = minted.map((id) => id.replaceAll("-", ""));

    const values = Array.from({ length: 32 }, (_, place) => new Set(digits.map((id) => id[place])).size);

    // 13th digit: the version, always 4; 17th: the variant's two fixed bits leave 4 values (RFC 9562 section 4).
    expect(values).toEqual(Array.from({ length: 32 }, (_, place) => ({ 12: 1, 16: 4 })[place] ?? 16));
  });
});
