import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import { parseUserId } from "../../../src/domain/identity/identity.ts";

describe("parseUserId", () => {
  it.each([
    ["one character", "a"],
    ["attack:E9 128 characters", "a".repeat(128)],
    ["a UUID", "6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10"],
    ["an e-mail address", "ann+test@example.com"],
    ["a Cognito identity", "eu-west-1:6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10"],
    ["attack:E8 an Auth0 subject", "auth0|64b7f3"],
    ["attack:E4 the name of a record type", "connection"],
    ["attack:E13 a name of Object.prototype's", "__proto__"],
  ])("takes %s as it is", (_row, text) => {
    expect(parseUserId(text)).toBe(text);
  });

  it.each([
    ["attack:E1 a number", 1],
    ["attack:E1 zero", 0],
    ["attack:E1 NaN", Number.NaN],
    ["attack:E1 true", true],
    ["attack:E1 null", null],
    ["attack:E1 nothing", undefined],
    ["attack:E1 an array", ["ann"]],
    ["attack:E1 an object", { text: "ann" }],
    ["attack:E1 a boxed string", Object("ann")],
    ["attack:E1 empty", ""],
    ["attack:E1 a space", " "],
    ["attack:E1 a space behind", "ann "],
    ["attack:E3 #", "user#bob"],
    ["attack:E3 /", "a/b"],
    ["attack:E3 \\", "a\\b"],
    ["attack:E6 a line break behind", "ann\n"],
    ["attack:E6 CR LF", "ann\r\nbob"],
    ["attack:E6 NUL", "ann\0"],
    ["attack:E6 ESC", "\u001bann"],
    ["attack:E6 a line separator", "ann\u2028"],
    ["attack:E7 a lone surrogate", "ann\ud800"],
    ["attack:E8 a decomposed letter", "e\u0301"],
    ["attack:E8 a composed letter", "\u00e9"],
    ["attack:E8 the Kelvin sign", "\u212a"],
    ["attack:E8 full-width letters", "\uff41"],
    ["attack:E8 a dotless i", "\u0131"],
    ["attack:E8 a joiner", "a\u200db"],
    ["attack:E8 an override of direction", "\u202eann"],
    ["attack:E9 129 characters", "a".repeat(129)],
    ["attack:E9 600 emoji", "😀".repeat(600)],
  ])("refuses %s", (_row, value) => {
    expect(parseUserId(value)).toBeUndefined();
  });

  it("takes printable ASCII without blanks, `#` and slashes, and nothing else, unchanged", () => {
    fc.assert(
      fc.property(anyText(3), (text) => {
        const id = parseUserId(text);

        expect(id === undefined || (id === text && /^[!-~]+$/.test(id) && !/[#/\\"]/.test(id))).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
