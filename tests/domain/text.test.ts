import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../packages/emulator/tests/support/any-text.ts";
import { isPlainText, utf8Length } from "../../src/domain/text.ts";

const wellFormed = anyText(40).filter((text) => Buffer.from(text).toString() === text);

describe("utf8Length", () => {
  it("counts the bytes of UTF-8", () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        expect(utf8Length(text)).toBe(Buffer.byteLength(text));
      }),
    );
  });

  it.each(["\0", "\u007f", "\u0080", "\u07ff", "\u0800", "\uffff", "\u{10000}", "\u{10ffff}"])(
    "counts the bytes of %j, at either end of a length",
    (text) => {
      expect(utf8Length(text)).toBe(Buffer.byteLength(text));
    },
  );
});

describe("isPlainText", () => {
  it.each([
    ["in the bound", "ab"],
    ["two bytes in one character", "é"],
  ])("takes text %s", (_title, text) => {
    expect(isPlainText(text, 2)).toBe(true);
  });

  it.each([
    ["attack:E1 empty", ""],
    ["attack:E1 blank", " \u00a0"],
    ["attack:E1 no text", 12],
    ["attack:E6 a tab", "a\tb"],
    ["attack:E6 DEL", "a\u007f"],
    ["attack:E6 a control above DEL", "a\u0085b"],
    ["attack:E6 a paragraph separator", "a\u2029b"],
    ["attack:E7 half of a pair", "a\udc00"],
    ["attack:E9 six bytes in three characters", "ééé"],
    ["attack:E9 six characters", "abcdef"],
  ])("refuses %s", (_row, value) => {
    expect(isPlainText(value, 5)).toBe(false);
  });

  it("accepts no text that is too long, ill-formed or more than a line", () => {
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
