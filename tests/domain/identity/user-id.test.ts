import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import { parseUserId } from "../../../src/domain/identity/identity.ts";

describe("parseUserId", () => {
  it.each([
    ["one character", "a"],
    ["E9 128 characters", "a".repeat(128)],
    ["a UUID", "6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10"],
    ["an e-mail address", "ann+test@example.com"],
    ["a Cognito identity", "eu-west-1:6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10"],
    ["E8 an Auth0 subject", "auth0|64b7f3"],
    ["E4 a word of ours", "connection"],
    ["E13 a name of Object.prototype's", "__proto__"],
  ])("takes %s as it is", (_row, text) => {
    expect(parseUserId(text)).toBe(text);
  });

  it.each([
    ["E1 a number", 1],
    ["E1 zero", 0],
    ["E1 NaN", Number.NaN],
    ["E1 true", true],
    ["E1 null", null],
    ["E1 nothing", undefined],
    ["E1 an array", ["ann"]],
    ["E1 an object", { text: "ann" }],
    ["E1 a boxed string", Object("ann")],
    ["E1 empty", ""],
    ["E1 a space", " "],
    ["E1 a space behind", "ann "],
    ["E3 #", "user#bob"],
    ["E3 /", "a/b"],
    ["E3 \\", "a\\b"],
    ["E6 a line break behind", "ann\n"],
    ["E6 CR LF", "ann\r\nbob"],
    ["E6 NUL", "ann\0"],
    ["E6 ESC", "\u001bann"],
    ["E6 a line separator", "ann\u2028"],
    ["E7 a lone surrogate", "ann\ud800"],
    ["E8 a decomposed letter", "e\u0301"],
    ["E8 a composed letter", "\u00e9"],
    ["E8 the Kelvin sign", "\u212a"],
    ["E8 full-width letters", "\uff41"],
    ["E8 a dotless i", "\u0131"],
    ["E8 a joiner", "a\u200db"],
    ["E8 an override of direction", "\u202eann"],
    ["E9 129 characters", "a".repeat(129)],
    ["E9 600 emoji", "😀".repeat(600)],
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
