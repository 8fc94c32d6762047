import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictObject } from "../../src/domain/strict-json.ts";

const nested = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;

describe("parseStrictObject", () => {
  it("parses an object down to the last allowed level, and refuses a deeper one", () => {
    expect(parseStrictObject(nested(31), 32)).toHaveProperty("a");
    expect(parseStrictObject(nested(32), 32)).toBeUndefined();
    expect(parseStrictObject(nested(33), 32)).toBeUndefined();
  });

  it("reads any object as JSON.parse does", () => {
    const unit = fc.constantFrom('"', ":", "\\", ",", " ", "a");
    const object = fc.dictionary(fc.string({ unit }), fc.jsonValue({ stringUnit: unit }));

    fc.assert(
      fc.property(object, fc.constantFrom(0, 1, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space);

        expect(parseStrictObject(text, 32)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ["a text", '{"a":"b"}'],
    ["a text that could be the name behind it", '{"a":["b",":"]}'],
    ["a text with a quote and a colon", '{"a":"\\"b\\":"}'],
    ["null", '{"a":null}'],
    ["no member", "{}"],
    ["one name at two levels, and in two objects", '{"a":{"a":1},"b":[{"a":2},{"a":3}]}'],
    ["blanks before the colons", '{"a" : 1,\n"b"\t:\r\n2}'],
  ])("takes an object with %s", (_title, text) => {
    expect(parseStrictObject(text, 32)).toEqual(JSON.parse(text));
  });

  it.each([
    ["a member named twice", '{"action":"subscribe","action":"unsubscribe"}'],
    ["a member named twice, once escaped", '{"action":1,"\\u0061ction":2}'],
    ["a member named twice further down", '{"a":[{"b":1,"b":1}]}'],
    ["`__proto__`", '{"__proto__":{"action":"subscribe"}}'],
    ["`constructor`", '{"constructor":{}}'],
    ["`prototype` further down", '{"a":[{"prototype":1}]}'],
    ["200,000 levels", nested(200_000)],
    ["an array", "[]"],
    ["no JSON", "{"],
  ])("refuses %s", (_title, text) => {
    expect(parseStrictObject(text, 32)).toBeUndefined();
  });
});
