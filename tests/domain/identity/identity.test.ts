import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import { CLAIM_MAPPINGS, identityFromClaims, parseIdentity } from "../../../src/domain/identity/identity.ts";

const ann = { userId: "ann", firstName: "Ann", lastName: "Lee", sub: "auth0|ann" };

describe("identityFromClaims", () => {
  it("reads the nested data claim", () => {
    const identity = identityFromClaims({ sub: "other", data: ann }, CLAIM_MAPPINGS.data);

    expect(identity).toStrictEqual(ann);
  });

  it("reads the OpenID Connect names", () => {
    const claims = { sub: "ann", given_name: "Ann", family_name: "Lee", data: { userId: "other" } };

    const identity = identityFromClaims(claims, CLAIM_MAPPINGS.oidc);

    expect(identity).toStrictEqual({ userId: "ann", firstName: "Ann", lastName: "Lee", sub: "ann" });
  });

  it.each([
    ["attack:D15 missing", {}],
    ["attack:D15 null", { data: null }],
    ["attack:D15 a string", { data: "ann" }],
    ["attack:D15 an array", { data: [ann] }],
    ["attack:D15 a number", { data: 1 }],
    ["attack:D15 nested once more", { data: { data: ann } }],
    ["attack:D16 reached by __proto__", Object.create({ data: ann })],
    ["attack:D16 with a user id by __proto__", { data: Object.create(ann) }],
  ])("finds no identity where data is %s", (_row, claims) => {
    expect(identityFromClaims(claims, CLAIM_MAPPINGS.data)).toBeUndefined();
  });

  it.each([undefined, null, "ann", 1, [ann], () => ann])("finds no identity in claims like %o", (claims) => {
    const found = [identityFromClaims(claims, CLAIM_MAPPINGS.data), identityFromClaims(claims, CLAIM_MAPPINGS.oidc)];

    expect(found).toStrictEqual([undefined, undefined]);
  });
});

describe("parseIdentity", () => {
  it.each([
    ["attack:D19 an object", { text: "Ann" }],
    ["attack:D19 9 KB", "a".repeat(9216)],
    ["attack:D19 257 bytes", "a".repeat(257)],
    ["attack:D19 129 characters of 258 bytes", "é".repeat(129)],
    ["attack:D19 a line break", "Ann\nLee"],
    ["attack:D19 an escape", "\u001b[31mAnn"],
    ["a blank", " "],
    ["attack:E7 a lone surrogate", "Ann\ud800"],
  ])("leaves out a display name that is %s", (_row, firstName) => {
    const identity = parseIdentity({ ...ann, firstName });

    expect(identity).toStrictEqual({ userId: "ann", lastName: "Lee", sub: "auth0|ann" });
  });

  it("keeps display names of 256 bytes in any script", () => {
    const names = { firstName: "é".repeat(128), lastName: "😀".repeat(64) };

    expect(parseIdentity({ ...ann, ...names })).toStrictEqual({ ...ann, ...names });
  });

  it("attack:D19 stays below the authorizer's 8 KB, for any input", () => {
    const text = anyText(400);
    const identities = fc.record({ userId: fc.constant("ann"), firstName: text, lastName: text, sub: text });

    fc.assert(
      fc.property(identities, (value) => {
        const identity = parseIdentity(value);

        expect(Buffer.byteLength(JSON.stringify(identity))).toBeLessThan(4096);
      }),
    );
  });

  it("reads back its own output", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(ann)), fc.jsonValue()), (value) => {
        const identity = parseIdentity(value);

        expect(parseIdentity(identity)).toStrictEqual(identity);
      }),
    );
  });
});
