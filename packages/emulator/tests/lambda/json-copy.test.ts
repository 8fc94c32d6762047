import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonCopy } from "../../src/lambda/json-copy.ts";

const throughJson = (value: unknown) => JSON.parse(JSON.stringify(value) ?? "null");

function nested(levels: number): unknown {
  return levels === 0 ? [] : { a: nested(levels - 1) };
}

describe("a copy of an event", () => {
  const anything = fc.anything({
    key: fc.oneof(fc.string(), fc.constantFrom("__proto__", "toJSON", "constructor", "1", "0")),
    ...{ withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true },
    ...{ withBoxedValues: true, withNullPrototype: true, withObjectString: true, withUnicodeString: true },
  });

  it("is what JSON makes of it", () => {
    fc.assert(
      fc.property(anything, (value) => {
        // toStrictEqual takes a member called `constructor` for a class.
        expect(isDeepStrictEqual(jsonCopy(value), throughJson(value))).toBe(true);
        expect(JSON.stringify(jsonCopy(value))).toBe(JSON.stringify(throughJson(value)));
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ["undefined", undefined],
    ["a function", () => 1],
    ["minus zero", [-0, { a: -0 }]],
    ["no number", [Number.NaN, Number.POSITIVE_INFINITY]],
    ["a hole", new Array(2)],
    ["members without JSON", { a: undefined, b: () => 1, c: Symbol("c"), d: [undefined, () => 1] }],
    ["toJSON", { a: { toJSON: () => ({ b: 1 }) }, c: new Date(0) }],
    ["toJSON that is no function", { toJSON: 1 }],
    ["__proto__", JSON.parse('{"a":{"__proto__":{"b":1}}}')],
    [
      "an instance",
      {
        a: new (class Point {
          x = 1;
          get y() {
            return 2;
          }
        })(),
      },
    ],
    ["an error", { a: new Error("no") }],
    ["a hundred levels", nested(100)],
  ])("%s", (_name, value) => {
    expect(jsonCopy(value)).toStrictEqual(throughJson(value));
  });

  it("shares nothing with the event", () => {
    const shared = { b: [1] };
    const copy = jsonCopy({ one: shared, other: shared }) as { one: typeof shared; other: typeof shared };
    copy.one.b.push(2);
    expect([shared, copy.other]).toEqual([{ b: [1] }, { b: [1] }]);
  });

  it("of a value within itself, or of a bigint, throws as JSON does", () => {
    const circle: unknown[] = [];
    circle.push({ circle });
    expect(() => jsonCopy(circle)).toThrow(/circular/);
    expect(() => jsonCopy({ a: 1n })).toThrow(/BigInt/);
  });
});
