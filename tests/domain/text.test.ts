import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../packages/emulator/tests/support/any-text.ts";
import { isPlainText, utf8Length } from "../../src/domain/text.ts";

const wellFormed = anyText(40).filter((text) => Buffer.from(text).toString() === text);

describe("utf8Length", () => {
  it("counts what UTF-8 takes", () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });
});

describe("isPlainText", () => {
  it.each([
    ["in the bound", "ab"],
    ["two bytes in one character", "é"],
  ])("takes text %s", (_title, text) => {
    expect(isPlainText(text, 2)).toBe(true);
  });

  it.each([
    ["E1 empty", ""],
    ["E1 blank", " \u00a0"],
    ["E1 no text", 12],
    ["E6 a tab", "a\tb"],
    ["E6 DEL", "a\u007f"],
    ["E6 a C1 control", "a\u0085b"],
    ["E6 a paragraph separator", "a\u2029b"],
    ["E7 half of a pair", "a\udc00"],
    ["E9 six bytes in three characters", "ééé"],
    ["E9 six characters", "abcdef"],
  ])("refuses %s", (_row, value) => {
    expect(isPlainText(value, 5)).toBe(false);
  });

  it("takes nothing that is longer, ill-formed or more than a line", () => {
    fc.assert(
      fc.property(anyText(40), (text) => {
        fc.pre(isPlainText(text, 32));

        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(32);
        expect(Buffer.from(text).toString()).toBe(text);
        expect(text.split(/[\n\r\u2028\u2029]/)).toHaveLength(1);
      }),
    );
  });
});
