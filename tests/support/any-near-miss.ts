import fc from "fast-check";
import { anyText } from "../../packages/emulator/tests/support/any-text.ts";

/** One of these values, the value with one typing mistake, or another text. */
export function anyNearMiss(meant: readonly string[]): fc.Arbitrary<string> {
  const value = fc.constantFrom(...meant);
  const slip = fc
    .tuple(
      value,
      fc.nat(),
      fc.nat({ max: 1 }),
      fc.oneof(anyText(2), fc.constantFrom("", " ", ",", "*", "/", "'", ":443")),
    )
    .map(([text, at, removed, inserted]) => {
      const position = at % (text.length + 1);
      return text.slice(0, position) + inserted + text.slice(position + removed);
    });
  const number = fc.oneof(fc.integer({ min: -2, max: 1_000_000 }), fc.double({ noNaN: true })).map(String);
  return fc.oneof(value, slip, number, anyText(8));
}
