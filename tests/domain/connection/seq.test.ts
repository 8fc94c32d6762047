import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStale, parseSeq, type Seq } from "../../../src/domain/connection/seq.ts";

const anySeq = fc.oneof(
  fc.integer({ min: 1, max: 5 }),
  fc.maxSafeNat().filter((seq) => seq > 0),
) as fc.Arbitrary<Seq>;

describe("a seq", () => {
  it.each([1, 2, 2 ** 31, 2 ** 53 - 1])("may be %j", (seq) => {
    expect(parseSeq(seq)).toBe(seq);
  });

  it.each([
    0,
    -0,
    -1,
    0.5,
    1.5,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "1",
    1n,
    true,
    null,
    undefined,
    [1],
    {},
  ])("may not be %s", (seq) => {
    expect(parseSeq(seq)).toBeUndefined();
  });
});

describe("a request", () => {
  it("is stale exactly if an effective one had the same or a greater seq", () => {
    fc.assert(
      fc.property(anySeq, anySeq, (seq, last) => {
        expect(isStale(seq, last)).toBe(last >= seq);
      }),
    );
  });

  it.each<[string, Seq | undefined, Seq | undefined]>([
    ["without a seq", undefined, 7 as Seq],
    ["that is the first with one", 1 as Seq, undefined],
    ["of a client that sends none", undefined, undefined],
  ])("%s is never stale", (_which, seq, last) => {
    expect(isStale(seq, last)).toBe(false);
  });
});
