import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isPlainObject, ownProperty, parseJsonObject } from "../../src/domain/plain-object.ts";
import { cutMember, writeObject } from "../../src/domain/raw-json.ts";
import { anyJsonText, anyObjectText, ODD_JSON_TEXTS } from "../support/any-json-text.ts";
import { rawJson } from "../support/notifications.ts";

/** What JSON.parse finds at the path. */
function parsedMember(text: string, ...path: readonly string[]): unknown {
  return path.reduce((value, name) => (isPlainObject(value) ? ownProperty(value, name) : undefined), JSON.parse(text));
}

describe("cutMember", () => {
  it.each(ODD_JSON_TEXTS)("cuts %s as it is written", (text) => {
    expect(cutMember(`{"detail":{"a":{"data":0},"data":${text}}}`, "detail", "data")).toBe(text);
    expect(cutMember(`\n{ "detail" :\t{ "data"\r\n: ${text} , "a": 1 } }`, "detail", "data")).toBe(text);
  });

  it.each([
    ["the last of repeated members", '{"data":1,"data":2}', "2"],
    ["a member whose name is written with an escape", '{"data":1,"d\\u0061ta":2}', "2"],
    ["no member of that name in another", '{"a":{"data":1},"b":["data",{"data":2}],"c":"\\"data\\":3"}', undefined],
    ["nothing of an empty object", "{ }", undefined],
    ["nothing of what is no object", '["data",1]', undefined],
    ["nothing inherited", '{"__proto__":{"data":1}}', undefined],
  ])("finds %s", (_what, text, found) => {
    expect(cutMember(text, "data")).toBe(found);
  });

  it("finds no member in an earlier one of the path's, if that is repeated", () => {
    expect(cutMember('{"detail":{"data":1},"detail":{}}', "detail", "data")).toBeUndefined();
  });

  it("finds the member that JSON.parse finds, in any object", () => {
    fc.assert(
      fc.property(anyObjectText, anyObjectText, (outer, inner) => {
        for (const text of [outer, `{"detail":${outer},"a":${inner}}`, `{"detail":${outer},"detail":${inner}}`]) {
          const cut = cutMember(text, "detail", "data");
          expect(cut === undefined ? undefined : JSON.parse(cut)).toEqual(parsedMember(text, "detail", "data"));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("cuts any JSON text as it is written, whatever stands before and behind it", () => {
    fc.assert(
      fc.property(anyJsonText, anyJsonText, (text, other) => {
        expect(cutMember(`{"a":${other},"data":${text},"b":${other}}`, "data")).toBe(text);
      }),
    );
  });

  it.each([
    ["nested 5,000 levels deep", "[".repeat(5000) + "]".repeat(5000)],
    ["attack:G4 nested 100,000 levels deep", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
    ["of a megabyte of quotes", `"${'\\"'.repeat(500_000)}"`],
    ["of a megabyte of digits", "1".repeat(1_000_000)],
    ["of a megabyte of spaces", `[${" ".repeat(1_000_000)}]`],
    ["of 100,000 members", `{${Array.from({ length: 100_000 }, (_, index) => `"k${index}":{}`).join(",")}}`],
  ])("cuts a text %s within a second", (_what, text) => {
    const begun = performance.now();
    expect(cutMember(`{"data":${text}}`, "data") === text).toBe(true);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});

describe("writeObject", () => {
  it("writes what JSON.stringify writes, if nothing is raw", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.oneof(fc.jsonValue(), fc.constant(undefined))), (object) => {
        expect(writeObject(object, {})).toBe(JSON.stringify(object));
      }),
    );
  });

  it("sets a raw text in the place of its member, and adds none", () => {
    const raw = { data: rawJson("1.0"), other: rawJson("2") };
    expect(writeObject({ a: "é", data: "parsed", b: [1] }, raw)).toBe('{"a":"é","data":1.0,"b":[1]}');
  });

  it("writes what cutMember finds again", () => {
    fc.assert(
      fc.property(anyJsonText, (text) => {
        const written = writeObject({ a: 1, data: 0, b: {} }, { data: rawJson(text) });
        expect(cutMember(written, "data")).toBe(text);
        expect(parseJsonObject(written)).toMatchObject({ a: 1, b: {} });
      }),
    );
  });
});
