import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grantText } from "../../../src/domain/grants/grant.ts";
import { MAX_GRANTS_BYTES, parseTokenGrants, parseWrittenGrants } from "../../../src/domain/grants/token-grants.ts";
import { anyClaim, anyEntityId } from "../../support/access-cases.ts";
import { oracleTokenGrants } from "../../support/access-oracle.ts";
import { bytesInAnswer, grantsOfBytes } from "../../support/grants-of-bytes.ts";

const patternsOf = (claim: unknown) => {
  const parsed = parseTokenGrants(claim);
  return parsed.kind === "grants" ? parsed.grants.map(({ pattern }) => pattern) : parsed.reason;
};

describe("the claim of a token's grants", () => {
  it.each<[string, unknown, readonly string[]]>([
    ["missing", undefined, []],
    ["an empty list", [], []],
    ["an empty text", "", []],
    ["a blank text", "   ", []],
    ["a list", ["subscribe:news-*", "subscribe:order-17"], ["news-*", "order-17"]],
    ["a text parted by blanks", "subscribe:news-* subscribe:order-17", ["news-*", "order-17"]],
    ["a text with more blanks than it needs", "  subscribe:order-17   subscribe:news-* ", ["order-17", "news-*"]],
    ["a text with one grant", "subscribe:*", ["*"]],
    ["a list with a blank in an id", ["subscribe:order 17"], ["order 17"]],
    ["an entry twice", ["subscribe:a", "subscribe:b", "subscribe:a"], ["a", "b"]],
    ["entries of other systems", ["read:users", "openid", "subscribe:a", ":a", "*", "*:*"], ["a"]],
    ["attack:E6 entries of other systems that hold anything", ["read:\0", "", "subscribe", "x".repeat(5000)], []],
    ["entries of later verbs", "publish:* history:* presence:* inbox:* subscribe:a", ["a"]],
    [
      "attack:E8 entries whose verb looks like ours",
      ["Subscribe:*", "\u017fubscribe:*", " subscribe:*", "subscribe\u200b:*"],
      [],
    ],
    [
      "attack:E1 entries that are no text",
      [17, null, true, ["subscribe:*"], { verb: "subscribe" }, "subscribe:a"],
      ["a"],
    ],
    ["attack:E13 an id that every object has", ["subscribe:__proto__"], ["__proto__"]],
  ])("%s: the grants that are ours", (_row, claim, expected) => {
    expect(patternsOf(claim)).toEqual(expected);
  });

  it.each<[string, unknown]>([
    ["attack:E1 null", null],
    ["attack:E1 a number", 17],
    ["attack:E1 true", true],
    ["attack:E1 an object", { permissions: ["subscribe:*"] }],
    ["attack:E1 an object like a list", { 0: "subscribe:*", length: 1 }],
    ["without a pattern", ["subscribe:"]],
    ["without a pattern in a text", "subscribe: order-17"],
    ["with a blank pattern", ["subscribe: "]],
    ["attack:H5 with a wildcard before the end", ["subscribe:order-*-17"]],
    ["attack:H5 with two wildcards", "subscribe:**"],
    ["attack:E6 parted by a tab", "subscribe:a\tsubscribe:b"],
    ["attack:E6 with a line break behind", ["subscribe:order-17\n"]],
    ["attack:E7 with half of a surrogate pair", ["subscribe:\ud83d*"]],
    ["attack:E9 with an id of 257 bytes", [`subscribe:${"x".repeat(257)}`]],
    ["one entry of many", ["subscribe:a", "subscribe:b", "subscribe:*c"]],
    ["one entry of too many", [...grantsOfBytes(MAX_GRANTS_BYTES + 1, "x"), "subscribe:"]],
  ])("%s: rejected as invalid", (_row, claim) => {
    expect(parseTokenGrants(claim)).toEqual({ kind: "rejected", reason: "GRANTS_INVALID" });
  });

  it.each([
    ["one byte each", "x"],
    ["two bytes each", "\u00e9"],
    ["four bytes each", "\u{1f600}"],
  ])(
    "attack:A17 may have 4,096 bytes in the authorizer's answer, and not one more: characters of %s",
    (_row, filler) => {
      const most = grantsOfBytes(4096, filler);

      expect(bytesInAnswer(most)).toBe(4096);
      expect(parseTokenGrants(most)).toMatchObject({ kind: "grants" });
      expect(parseTokenGrants(most.join(" "))).toMatchObject({ kind: "grants" });
      expect(parseTokenGrants(grantsOfBytes(4097, filler))).toEqual({ kind: "rejected", reason: "GRANTS_TOO_LARGE" });
    },
  );

  it("attack:A17 counts a quotation mark as the four bytes that it has there", () => {
    const entries = Array.from({ length: 10 }, (_, nth) => `subscribe:${nth}-${'"'.repeat(110)}`);

    expect(Buffer.byteLength(JSON.stringify(entries))).toBeLessThan(3000);
    expect(parseTokenGrants(entries)).toEqual({ kind: "rejected", reason: "GRANTS_TOO_LARGE" });
  });

  it("counts what is not ours, and what comes twice, as nothing", () => {
    const most = grantsOfBytes(4096, "x");

    expect(patternsOf([...most, ...most, "read:users", 17])).toHaveLength(most.length);
  });

  it("means the same to the oracle", () => {
    fc.assert(
      fc.property(anyEntityId.chain(anyClaim), (claim) => {
        const expected = oracleTokenGrants(claim);

        expect(patternsOf(claim)).toEqual(typeof expected === "string" ? expected : [...expected]);
      }),
      { numRuns: 3000 },
    );
  });
});

describe("grants that this service has written", () => {
  it("are read as they were written", () => {
    fc.assert(
      fc.property(anyEntityId.chain(anyClaim), (claim) => {
        const parsed = parseTokenGrants(claim);
        fc.pre(parsed.kind === "grants");

        expect(parseWrittenGrants(parsed.grants.map(grantText))).toEqual(parsed.grants);
      }),
    );
  });

  it("may have 4,096 bytes in the authorizer's answer, and not one more", () => {
    expect(parseWrittenGrants(grantsOfBytes(4096, "x"))?.length).toBeGreaterThan(10);
    expect(parseWrittenGrants(grantsOfBytes(4097, "x"))).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ["missing", undefined],
    ["null", null],
    ["a text", "subscribe:order-17"],
    ["an object", {}],
    ["with an entry of another system", ["subscribe:a", "read:users"]],
    ["with an entry of a later verb", ["publish:a"]],
    ["with an entry that is no text", [17]],
    ["with an entry without meaning", ["subscribe:*a"]],
  ])("are not %s", (_row, texts) => {
    expect(parseWrittenGrants(texts)).toBeUndefined();
  });
});
