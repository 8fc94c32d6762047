import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEntityId } from "../../../src/domain/subscription/subscription.ts";

describe("an entity id", () => {
  it.each([
    ["attack:H5 a wildcard is a literal name", "*"],
    ["attack:H5 regex text is a literal name", "^order-.*$"],
    ["attack:E13 __proto__", "__proto__"],
    ["attack:E3 delimiters", "order#17|a:b/c\\d"],
    ["attack:E8 composed form", "caf\u00e9"],
    ["attack:E8 decomposed form", "cafe\u0301"],
    ["attack:E9 256 bytes", "x".repeat(256)],
    ["attack:E9 64 emoji of 4 bytes", "\u{1f600}".repeat(64)],
  ])("%s: taken as spelled", (_row, id) => {
    expect(parseEntityId(id)).toBe(id);
  });

  it.each([
    ["attack:E10 missing", undefined],
    ["attack:E10 null", null],
    ["attack:E10 number", 17],
    ["attack:E10 object", { id: "order-17" }],
    ["attack:E10 array of one", ["order-17"]],
    ["attack:E10 true", true],
    ["attack:E1 empty", ""],
    ["attack:E1 spaces", "   "],
    ["attack:E6 NUL", "order\u0000"],
    ["attack:E6 newline", "order\n17"],
    ["attack:E6 line separator", "order\u2028"],
    ["attack:E7 lone surrogate", "\ud800"],
    ["attack:E9 257 bytes", "x".repeat(257)],
    ["attack:E9 65 emoji of 4 bytes", "\u{1f600}".repeat(65)],
  ])("%s: refused", (_row, id) => {
    expect(parseEntityId(id)).toBeUndefined();
  });

  it("attack:E10 is the same value or undefined, for any JSON value", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => [value, undefined].includes(parseEntityId(value) as never)));
  });
});
