import fc from "fast-check";
import { expect, it } from "vitest";
import { printable, printableJson } from "../../src/printing/printable.ts";
import { anyText } from "../support/any-text.ts";

const HARMFUL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

it("a text for a terminal has nothing that acts on it, and its other characters as they are", () => {
  fc.assert(
    fc.property(anyText(60), (text) => {
      const shown = printable(text);
      expect(shown).not.toMatch(HARMFUL);
      const read = shown.replace(/\\u\{([0-9a-f]+)\}/g, (_, hex: string) =>
        String.fromCodePoint(Number.parseInt(hex, 16)),
      );
      if (!text.includes("\\u{")) expect(read).toBe(text);
    }),
  );
});

it("a JSON text for a terminal means the same", () => {
  const value = fc.oneof(anyText(60), fc.constantFrom("\u009b31m", "\u202e", "\u{e0001}", "\ufeff"));
  fc.assert(
    fc.property(value, (text) => {
      const json = printableJson(JSON.stringify({ [text]: [text] }, null, 2));
      expect(JSON.parse(json)).toEqual({ [text]: [text] });
      expect(json.replaceAll("\n", "")).not.toMatch(HARMFUL);
    }),
  );
});
