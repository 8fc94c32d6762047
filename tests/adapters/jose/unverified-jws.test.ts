import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCompactJws, parseTokenPart } from "../../../src/adapters/jose/unverified-jws.ts";
import { encodePart } from "../../support/forged-jws.ts";

const segment = fc.uint8Array({ minLength: 1, maxLength: 64 });

describe("parseCompactJws", () => {
  it("decodes the segments of every canonical token", () => {
    fc.assert(
      fc.property(segment, segment, segment, (header, payload, signature) => {
        const jws = parseCompactJws([header, payload, signature].map(encodePart).join("."));

        expect(jws).toStrictEqual({
          kind: "jws",
          header: Buffer.from(header),
          payload: Buffer.from(payload),
          signature: Buffer.from(signature),
        });
      }),
    );
  });

  it("attack:A9 accepts no second spelling of any token", () => {
    const lenient = fc.constantFrom("=", "==", " ", "\n", "\t", "\0", "\u00a0", "\u200b", "+", "/", "A", "é");

    fc.assert(
      fc.property(segment, segment, segment, fc.nat(), lenient, (header, payload, signature, at, junk) => {
        const token = [header, payload, signature].map(encodePart).join(".");
        const place = at % (token.length + 1);
        const other = token.slice(0, place) + junk + token.slice(place);
        const jws = parseCompactJws(other);

        // An accepted text equals the encoding of its decoded bytes, so that two texts are never the same token.
        const parts = jws.kind === "jws" ? [jws.header, jws.payload, jws.signature] : undefined;
        expect(["refused", other]).toContain(parts?.map(encodePart).join(".") ?? "refused");
      }),
    );
  });

  it("attack:A15 accepts 8192 characters at most", () => {
    const ofLength = (characters: number) => `AAAA.AAAA.${"A".repeat(characters - 10)}`;
    const longest = parseCompactJws(ofLength(8192));
    const excessive = parseCompactJws(ofLength(8193));

    expect(longest.kind).toBe("jws");
    expect(excessive).toStrictEqual({ kind: "rejected", reason: "TOKEN_TOO_LARGE" });
  });
});

const parse = (text: string) => parseTokenPart(Buffer.from(text));

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;

describe("parseTokenPart", () => {
  it.each([
    ["attack:A11 nothing", ""],
    ["attack:A11 not JSON", "{"],
    ["attack:A11 text after the object", "{}{}"],
    ["attack:A11 an array", "[]"],
    ["attack:A11 null", "null"],
    ["attack:A11 a string", '"{}"'],
    ["attack:A11 a number", "1"],
    ["attack:A12 a byte order mark", "\uFEFF{}"],
    ["attack:A16 17 levels", nested(17)],
    ["attack:A16 17 levels of arrays", `{"a":${"[".repeat(16)}${"]".repeat(16)}}`],
    ["attack:A16 2,000 levels", nested(2000)],
    ["attack:D16 __proto__", '{"__proto__":{"a":1}}'],
    ["attack:D16 __proto__ deeper", '{"a":[{"__proto__":null}]}'],
    ["attack:D16 __proto__ in escapes", '{"\\u005f_proto__":1}'],
    ["attack:D16 constructor", '{"constructor":{"prototype":{}}}'],
    ["attack:D16 prototype", '{"a":{"prototype":1}}'],
    ["attack:D17 one name twice", '{"a":1,"a":1}'],
    ["attack:D17 the second in escapes", '{"a":1,"\\u0061":1}'],
    ["attack:D17 deeper", '{"x":[0,{"a":1,"b":2,"a":3}]}'],
    ["attack:D17 the empty name", '{"":1,"":2}'],
    ["attack:D17 an object among the two", '{"a":{"b":1,"c":2},"a":1}'],
    ["attack:D17 white space before the colon", '{"a"\n\t :1,"a"\r:2}'],
    ["attack:D17 behind a string like a member", '{"x":"\\"a\\":1","a":1,"a":2}'],
    ["NaN", '{"a":NaN}'],
  ])("refuses %s", (_row, text) => {
    expect(parse(text)).toBeUndefined();
  });

  it.each([
    ["attack:A13 a lone continuation byte", [0x7b, 0x22, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
    ["attack:A13 an overlong slash", [0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]],
    ["attack:A13 a surrogate's bytes", [0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]],
    ["attack:A14 UTF-16", [0x7b, 0x00, 0x7d, 0x00]],
    ["attack:A14 UTF-16 with its mark", [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])("refuses %s", (_row, bytes) => {
    expect(parseTokenPart(Uint8Array.from(bytes))).toBeUndefined();
  });

  it.each([
    ["16 levels", nested(16)],
    ["one name in two objects", '{"a":{"x":1},"b":{"x":1},"x":[{"x":1},{"x":2}]}'],
    ["strings that look like members", '{"a":"\\"a\\":1","b":["a",":","a:","\\\\"],"c":"\\\\"}'],
    ["text beyond ASCII", '{"näme":"日本 😀"}'],
  ])("reads %s", (_row, text) => {
    expect(parse(text)).toStrictEqual(JSON.parse(text));
  });

  it("agrees with an oracle that compares every two names of an object", () => {
    fc.assert(
      fc.property(jsonWithFewNames, ({ text, repeats }) => {
        expect(parse(text)).toStrictEqual(repeats ? undefined : JSON.parse(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("never throws, for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const value = parseTokenPart(bytes);

        expect(["object", "undefined"]).toContain(typeof value);
      }),
    );
  });

  it("leaves every object's prototype as it was", () => {
    parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}');

    expect("polluted" in {}).toBe(false);
  });
});

type Written = { readonly text: string; readonly repeats: boolean };

/** JSON text written member by member from few names, some in escapes, so that names repeat about half of the time. */
const jsonWithFewNames: fc.Arbitrary<Written> = fc.letrec<{ value: Written; object: Written }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("1", "null", '"a"', '"\\"a\\":"', '"a\\\\"', '":"', "[]").map((text) => ({ text, repeats: false })),
    tie("object"),
    fc.array(tie("value"), { maxLength: 3 }).map((items) => ({
      text: `[${items.map(({ text }) => text).join(" ,")}]`,
      repeats: items.some(({ repeats }) => repeats),
    })),
  ),
  object: fc
    .array(
      fc.tuple(fc.constantFrom('"a"', '"b"', '"\\u0061"', '"c\\""', '"d\\\\"', '"e:"', '""', '"f"'), tie("value")),
      {
        maxLength: 3,
      },
    )
    .map((members) => ({
      text: `{${members.map(([name, { text }]) => `${name} \n:${text}`).join(",")}}`,
      repeats: hasRepeats(members.map(([name]) => JSON.parse(name))) || members.some(([, { repeats }]) => repeats),
    })),
})).object;

function hasRepeats(names: readonly string[]): boolean {
  return names.some((name, index) => names.slice(index + 1).some((other) => other === name));
}
