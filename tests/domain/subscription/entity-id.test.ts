import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEntityId } from "../../../src/domain/subscription/subscription.ts";

describe("an entity id", () => {
  it.each([
    ["H5 a wildcard is a literal name", "*"],
    ["H5 regex text is a literal name", "^order-.*$"],
    ["E13 __proto__", "__proto__"],
    ["E3 delimiters", "order#17|a:b/c\\d"],
    ["E8 composed form", "caf\u00e9"],
    ["E8 decomposed form", "cafe\u0301"],
    ["E9 256 bytes", "x".repeat(256)],
    ["E9 64 emoji of 4 bytes", "\u{1f600}".repeat(64)],
  ])("%s: taken as spelled", (_row, id) => {
    expect(parseEntityId(id)).toBe(id);
  });

  it.each([
    ["E10 missing", undefined],
    ["E10 null", null],
    ["E10 number", 17],
    ["E10 object", { id: "order-17" }],
    ["E10 array of one", ["order-17"]],
    ["E10 true", true],
    ["E1 empty", ""],
    ["E1 spaces", "   "],
    ["E6 NUL", "order\u0000"],
    ["E6 newline", "order\n17"],
    ["E6 line separator", "order\u2028"],
    ["E7 lone surrogate", "\ud800"],
    ["E9 257 bytes", "x".repeat(257)],
    ["E9 65 emoji of 4 bytes", "\u{1f600}".repeat(65)],
  ])("%s: refused", (_row, id) => {
    expect(parseEntityId(id)).toBeUndefined();
  });

  it("is the very value or nothing, for any JSON value (E10)", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => [value, undefined].includes(parseEntityId(value) as never)));
  });
});
