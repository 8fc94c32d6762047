import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import {
  covers,
  type EntityPattern,
  grantText,
  includes,
  parseEntityPattern,
  parseGrant,
  parseVerb,
  splitGrant,
} from "../../../src/domain/grants/grant.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { anyEntityId, anyPatterns } from "../../support/access-cases.ts";
import { oracleCovers, oracleHasMeaning, oracleMatches } from "../../support/access-oracle.ts";

const pattern = (text: string) => text as EntityPattern;
const entity = (text: string) => text as EntityId;

describe("the pattern of a grant", () => {
  it.each([
    ["one id", "order-17"],
    ["all ids with a beginning", "order-*"],
    ["all ids", "*"],
    ["attack:H5 regex text", "^order-.?$"],
    ["attack:E3 delimiters", "subscribe:order#17|a:b/c\\d,e"],
    ["attack:E13 __proto__", "__proto__"],
    ["a blank inside", "order 17"],
    ["attack:E8 a decomposed letter", "cafe\u0301*"],
    ["attack:E8 a zero-width space", "order\u200b17"],
    ["attack:E9 256 bytes", "x".repeat(256)],
    ["attack:E9 256 bytes with the wildcard", `${"x".repeat(255)}*`],
    ["attack:E9 64 emoji of 4 bytes", "\u{1f600}".repeat(64)],
  ])("%s: taken as spelled", (_row, text) => {
    expect(parseEntityPattern(text)).toBe(text);
  });

  it.each([
    ["attack:E1 missing", undefined],
    ["attack:E1 a number", 17],
    ["attack:E1 a list", ["order-17"]],
    ["attack:E1 empty", ""],
    ["attack:E1 blank", " \u00a0\ufeff"],
    ["attack:H5 a wildcard before the end", "order-*-17"],
    ["attack:H5 a wildcard at the beginning", "*-17"],
    ["attack:H5 two wildcards", "order-**"],
    ["attack:H5 two wildcards apart", "*order-*"],
    ["attack:E6 NUL", "order\0*"],
    ["attack:E6 a line separator", "order\u2028"],
    ["attack:E7 half of a surrogate pair", "room-\ud83d*"],
    ["attack:E9 257 bytes", "x".repeat(257)],
    ["attack:E9 257 bytes with the wildcard", `${"x".repeat(256)}*`],
    ["attack:E9 257 bytes of fewer characters", `${"x".repeat(255)}\u00e9`],
  ])("%s: refused", (_row, value) => {
    expect(parseEntityPattern(value)).toBeUndefined();
  });

  it("has meaning for the oracle too, or for none of both", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(4), anyEntityId), (text) => {
        expect(parseEntityPattern(text)).toBe(oracleHasMeaning(text) ? text : undefined);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a pattern includes", () => {
  it.each([
    ["its own id", "order-17", "order-17"],
    ["what begins as it does", "order-*", "order-17"],
    ["the beginning itself", "order-*", "order-"],
    ["everything", "*", "order-17"],
    ["attack:H5 the id that is spelled as the pattern", "order-*", "order-*"],
    ["attack:H5 the id that is a star", "*", "*"],
    ["attack:E8 the same two characters", "cafe\u0301*", "cafe\u0301-1"],
    ["attack:E9 an id of 256 bytes", `${"x".repeat(255)}*`, "x".repeat(256)],
  ])("%s", (_row, text, id) => {
    expect(includes(pattern(text), entity(id))).toBe(true);
  });

  it.each([
    ["an id that is longer", "order-1", "order-17"],
    ["an id that is shorter", "order-17", "order-1"],
    ["an id that is shorter than the beginning", "order-1*", "order-"],
    ["the beginning in another place", "order-*", "my-order-17"],
    ["attack:H5 the id that is a star", "order-17", "*"],
    ["attack:H5 the id that looks like a pattern", "order-17", "order-*"],
    ["attack:H5 what a regular expression would match", "order.17", "order-17"],
    ["attack:E8 another case", "order-17", "Order-17"],
    ["attack:E8 a long s", "desk-*", "de\u017fk-1"],
    ["attack:E8 the Kelvin sign", "kiosk*", "\u212aiosk"],
    ["attack:E8 the composed letter", "cafe\u0301", "caf\u00e9"],
    ["attack:E8 a composed letter behind its base letter", "cafe\u0301*", "caf\u00e9"],
    ["attack:E8 a Cyrillic letter", "order-*", "\u043erder-17"],
    ["attack:E8 full-width digits", "order-17", "order-\uff11\uff17"],
    ["attack:E8 a zero-width space", "order-17", "order-17\u200b"],
    ["a blank behind", "order-17", "order-17 "],
    ["attack:E7 an emoji with the same first half", "room-\u{1f600}*", "room-\u{1f601}"],
  ])("not %s", (_row, text, id) => {
    expect(includes(pattern(text), entity(id))).toBe(false);
  });

  it("what the oracle matches, byte for byte", () => {
    fc.assert(
      fc.property(anyPatterns(1), anyEntityId, ([text = ""], other) => {
        for (const id of [other, text, text.replace("*", ""), text.replace("*", "*1")]) {
          expect(includes(pattern(text), entity(id))).toBe(oracleMatches(text, id));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a pattern covers", () => {
  it.each([
    ["itself", "order-17", "order-17"],
    ["itself with its wildcard", "order-*", "order-*"],
    ["an id that it includes", "order-*", "order-17"],
    ["the id that is its beginning", "order-*", "order-"],
    ["a longer beginning", "order-*", "order-1*"],
    ["everything", "*", "order-*"],
  ])("%s", (_row, wide, narrow) => {
    expect(covers(pattern(wide), pattern(narrow))).toBe(true);
  });

  it.each([
    ["all ids with its beginning, if it is one id", "order-17", "order-17*"],
    ["attack:H5 all ids with a beginning, if that is all of it", "order-", "order-*"],
    ["a shorter beginning", "order-1*", "order-*"],
    ["everything", "order-*", "*"],
    ["another id", "order-17", "order-18"],
    ["an id that is longer", "order-1", "order-17"],
    ["a beginning that is longer by the star alone", "order-*", "order*"],
    ["attack:E8 another case", "order-*", "Order-1*"],
  ])("not %s", (_row, wide, narrow) => {
    expect(covers(pattern(wide), pattern(narrow))).toBe(false);
  });

  it("another one if and only if every id that the other includes is included", () => {
    fc.assert(
      fc.property(anyPatterns(2), fc.array(anyEntityId), ([wide = "", narrow = ""], ids) => {
        const isCovered = covers(pattern(wide), pattern(narrow));
        const stem = narrow.replace("*", "");
        const inside = [...ids, stem, `${stem}1`].filter((id) => includes(pattern(narrow), entity(id)));

        expect(inside.every((id) => includes(pattern(wide), entity(id)))).toBe(isCovered);
        expect(isCovered).toBe(oracleCovers(wide, narrow));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("a grant as it is written", () => {
  it.each([
    ["of one id", "subscribe:order-17", "order-17"],
    ["of a beginning", "subscribe:order-*", "order-*"],
    ["of everything", "subscribe:*", "*"],
    ["with colons in its pattern", "subscribe:order:17:", "order:17:"],
    ["with a pattern that looks like a grant", "subscribe:subscribe:*", "subscribe:*"],
  ])("%s: verb and pattern", (_row, text, expected) => {
    expect(parseGrant(text)).toEqual({ verb: "subscribe", pattern: expected });
    expect(grantText({ verb: "subscribe", pattern: pattern(expected) })).toBe(text);
  });

  it.each([
    ["without a verb", ":order-17"],
    ["without a colon", "subscribe"],
    ["without a pattern", "subscribe:"],
    ["with a blank pattern", "subscribe: "],
    ["attack:H5 with a wildcard before the end", "subscribe:*-17"],
    ["attack:E8 with its verb in another case", "Subscribe:order-17"],
    ["attack:E8 with a long s in its verb", "\u017fubscribe:order-17"],
    ["with a blank before its verb", " subscribe:order-17"],
    ["with a blank behind its verb", "subscribe :order-17"],
    ["with a wildcard as its verb", "*:order-17"],
    ["attack:E13 with __proto__ as its verb", "__proto__:order-17"],
    ["attack:E1 that is no text", 17],
    ["attack:E1 that is nothing", undefined],
    ["attack:E1 that is a list of one", ["subscribe:order-17"]],
  ])("%s: refused", (_row, text) => {
    expect(parseGrant(text)).toBeUndefined();
  });

  it.each(["publish", "history", "presence", "inbox"])("does nothing yet with the verb %s", (verb) => {
    expect(parseVerb(verb)).toBeUndefined();
    expect(parseGrant(`${verb}:order-17`)).toBeUndefined();
  });

  it("is parted at its first colon", () => {
    expect(splitGrant("a:b:c")).toEqual({ verb: "a", pattern: "b:c" });
    expect(splitGrant(":")).toEqual({ verb: "", pattern: "" });
    expect(splitGrant("abc")).toBeUndefined();
  });
});
