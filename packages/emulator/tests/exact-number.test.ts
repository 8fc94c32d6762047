import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEventDetail } from "../src/eventbridge/bus-event.ts";
import { isExactNumber } from "../src/exact-number.ts";

const digits = (maxLength: number) => fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength });
const number = fc
  .tuple(
    fc.constantFrom("", "-"),
    fc.oneof(
      fc.constant("0"),
      digits(20).map((text) => `1${text}`),
    ),
  )
  .chain(([sign, whole]) =>
    fc
      .tuple(fc.option(digits(20), { nil: undefined }), fc.constantFrom("", "e5", "E-400", "e400"))
      .map(([fraction, exponent]) => `${sign}${whole}${fraction === undefined ? "" : `.${fraction}`}${exponent}`),
  );

it("a number of an event is its own value if a double holds it, and NaN otherwise", () => {
  fc.assert(
    fc.property(number, (text) => {
      const expected = isExactNumber(text) ? Number(text) : Number.NaN;
      expect(parseEventDetail(`{"n":${text}}`)?.value).toEqual({ n: expected });
    }),
    { numRuns: 1000 },
  );
});
