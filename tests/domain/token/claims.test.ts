import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { grantText } from "../../../src/domain/grants/grant.ts";
import { CLAIM_MAPPINGS } from "../../../src/domain/identity/identity.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { judgeClaims } from "../../../src/domain/token/claims.ts";
import type { IssuerPolicy } from "../../../src/domain/token/issuer-policy.ts";
import type { RejectionReason } from "../../../src/domain/token/verdict.ts";
import { AUDIENCE, goodClaims, POLICY } from "../../support/good-token.ts";
import { bytesInAnswer, FILLINGS, grantsOfBytes } from "../../support/grants-of-bytes.ts";

const NOW = 1_800_000_000 as EpochSeconds;
const LEEWAY = POLICY.leewaySeconds;

function judge(claims: Record<string, unknown>, policy: IssuerPolicy = POLICY): RejectionReason | "accepted" {
  const verdict = judgeClaims({ ...goodClaims(NOW), ...claims }, policy, NOW);
  return verdict.kind === "rejected" ? verdict.reason : verdict.kind;
}

function without(name: string): Record<string, unknown> {
  const { [name]: _left, ...claims } = goodClaims(NOW);
  return claims;
}

describe("judgeClaims", () => {
  it("accepts complete claims, and returns the identity and its end", () => {
    const verdict = judgeClaims(goodClaims(NOW), POLICY, NOW);

    expect(verdict).toStrictEqual({
      kind: "accepted",
      identity: { userId: "ann", firstName: "Ann", lastName: "Lee", sub: "auth0|ann" },
      token: {
        issuer: POLICY.issuer,
        expiresAt: NOW + 3600,
        issuedAt: NOW,
        tokenId: "6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10",
      },
      grants: [],
    });
  });

  it("attack:D5 returns exp without its fraction as the end, which is always in the future", () => {
    const expiries = fc.double({ min: NOW - 10, max: NOW + 10, noNaN: true });

    fc.assert(
      fc.property(expiries, (exp) => {
        const verdict = judgeClaims({ ...goodClaims(NOW), iat: NOW - 60, nbf: 1, exp }, POLICY, NOW);

        const end = verdict.kind === "accepted" ? verdict.token.expiresAt : undefined;
        expect(end).toBe(Math.floor(exp) > NOW ? Math.floor(exp) : undefined);
      }),
    );
  });

  type Boundary = readonly [row: string, claims: Record<string, unknown>, outcome: RejectionReason | "accepted"];

  const boundaries: readonly Boundary[] = [
    ["attack:D5 exp a second ago, within the leeway", { iat: NOW - 60, exp: NOW - 1 }, "EXPIRED"],
    ["attack:D5 exp now", { iat: NOW - 60, exp: NOW }, "EXPIRED"],
    ["attack:D5 exp a fraction ahead", { iat: NOW - 60, exp: NOW + 0.999 }, "EXPIRED"],
    ["attack:D5 exp a second ahead", { iat: NOW - 60, exp: NOW + 1 }, "accepted"],
    ["attack:D4 exp a second short of the longest life", { exp: NOW + POLICY.maxLifetimeSeconds - 1 }, "accepted"],
    ["attack:D4 exp at the longest life", { exp: NOW + POLICY.maxLifetimeSeconds }, "accepted"],
    [
      "attack:D4 exp a second beyond the longest life",
      { exp: NOW + POLICY.maxLifetimeSeconds + 1 },
      "LIFETIME_TOO_LONG",
    ],
    [
      "attack:D4 issued for longer than the longest life, of which little is left",
      { iat: NOW - POLICY.maxLifetimeSeconds, exp: NOW + 1 },
      "LIFETIME_TOO_LONG",
    ],
    [
      "attack:D4 issued for the longest life, all but over",
      { iat: NOW + 1 - POLICY.maxLifetimeSeconds, exp: NOW + 1 },
      "accepted",
    ],
    [
      "attack:D4 issued for the longest life by a clock that is ahead by the leeway",
      { iat: NOW + LEEWAY, exp: NOW + LEEWAY + POLICY.maxLifetimeSeconds },
      "accepted",
    ],
    ["attack:D6 nbf now", { nbf: NOW }, "accepted"],
    ["attack:D6 nbf at the leeway", { nbf: NOW + LEEWAY }, "accepted"],
    ["attack:D6 nbf a fraction beyond the leeway", { nbf: NOW + LEEWAY + 0.001 }, "NOT_YET_VALID"],
    ["attack:D6 nbf a second beyond the leeway", { nbf: NOW + LEEWAY + 1 }, "NOT_YET_VALID"],
    ["attack:D7 iat at the leeway", { iat: NOW + LEEWAY }, "accepted"],
    ["attack:D7 iat a second beyond the leeway", { iat: NOW + LEEWAY + 1 }, "ISSUED_IN_THE_FUTURE"],
    ["attack:D7 iat at exp", { iat: NOW + 3, exp: NOW + 3 }, "accepted"],
    ["attack:D7 iat a second after exp", { iat: NOW + 3, exp: NOW + 2 }, "ISSUED_AT_INVALID"],
  ];
  it.each(boundaries)("%s: %o gives %s", (_row, claims, outcome) => {
    expect(judge(claims)).toBe(outcome);
  });

  it.each([
    ["attack:D1 exp", "EXPIRY_INVALID"],
    ["attack:D9 aud", "AUDIENCE_NOT_ALLOWED"],
    ["attack:D10 iss", "ISSUER_NOT_ALLOWED"],
    ["attack:D15 data", "IDENTITY_INVALID"],
  ])("requires %s", (row, reason) => {
    const claims = without(row.replace(/^\S+ /, ""));

    expect(judgeClaims(claims, POLICY, NOW)).toStrictEqual({ kind: "rejected", reason });
  });

  it.each(["nbf", "iat", "jti"])("accepts claims without %s", (name) => {
    expect(judgeClaims(without(name), POLICY, NOW).kind).toBe("accepted");
  });

  it("names no iat and no jti of a token that has none", () => {
    const { iat: _, jti: __, ...claims } = goodClaims(NOW);
    const verdict = judgeClaims(claims, POLICY, NOW);

    expect(verdict.kind === "accepted" && verdict.token).toStrictEqual({
      issuer: POLICY.issuer,
      expiresAt: NOW + 3600,
    });
  });

  const noDates = [
    "1800003600",
    null,
    true,
    [],
    {},
    undefined,
    -1,
    0,
    -0,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    1e20,
    2 ** 33,
  ];
  it.each(noDates)("attack:D2 attack:D3 attack:D4 attack:D6 attack:D7 refuses %o as a date", (value) => {
    const reasons = ["exp", "nbf", "iat"].map((name) => judge({ [name]: value }));

    expect(reasons).toStrictEqual(["EXPIRY_INVALID", "NOT_BEFORE_INVALID", "ISSUED_AT_INVALID"]);
  });

  it.each([
    ["the exact text", AUDIENCE, "accepted"],
    ["ours among others", ["https://other.example", AUDIENCE], "accepted"],
    ["attack:D9 no member", [], "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 empty", "", "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 another", "https://other.example", "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 ours as a prefix", `${AUDIENCE}.evil.example`, "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 a prefix of ours", AUDIENCE.slice(0, -1), "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 ours in upper case", AUDIENCE.toUpperCase(), "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 1,000 others", Array(1000).fill("https://other.example"), "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 ours beside a number", [AUDIENCE, 1], "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 ours one level down", [[AUDIENCE]], "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 an object", { [AUDIENCE]: true }, "AUDIENCE_NOT_ALLOWED"],
  ])("aud: %s", (_row, aud, outcome) => {
    expect(judge({ aud })).toBe(outcome);
  });

  it.each([
    ["another", "https://other.example"],
    ["a trailing slash", `${POLICY.issuer}/`],
    ["http", POLICY.issuer.replace("https", "http")],
    ["upper case", POLICY.issuer.toUpperCase()],
    ["an array", [POLICY.issuer]],
    ["an object", { value: POLICY.issuer }],
    ["null", null],
  ])("attack:D10 refuses an iss with %s", (_title, iss) => {
    expect(judge({ iss })).toBe("ISSUER_NOT_ALLOWED");
  });

  it.each([
    { token_use: "access" },
    { token_type: "access" },
    { token_type: "Bearer" },
    { typ: "Bearer" },
    { type: "access" },
  ])("attack:D11 accepts an access token: %o", (claims) => {
    expect(judge(claims)).toBe("accepted");
  });

  it.each([
    { token_use: "id" },
    { token_use: "refresh" },
    { token_use: null },
    { token_use: ["access"] },
    { token_type: "refresh" },
    { token_type: "refresh_token" },
    { type: "id_token" },
    { type: "refresh" },
    { typ: "ID" },
    { typ: "Refresh" },
    { typ: "Offline" },
    { typ: "Logout" },
    { nonce: "n-0S6_WzA2Mj" },
    { at_hash: "77QmUPtjPfzWtF2AnpK9RQ" },
    { c_hash: "LDktKdoQak3Pk0cnXxCltA" },
    { cnf: { jkt: "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" } },
    { events: { "http://schemas.openid.net/event/backchannel-logout": {} } },
  ])("attack:D11 attack:D13 refuses a token for another use: %o", (claims) => {
    expect(judge(claims)).toBe("TOKEN_USE_NOT_ALLOWED");
  });

  it.each([
    ["the user id", "ann", "accepted"],
    ["the identity's own sub", "auth0|ann", "accepted"],
    ["attack:D18 another user", "bob", "SUBJECT_MISMATCH"],
    ["attack:D18 null", null, "SUBJECT_MISMATCH"],
    ["attack:D18 the user id in an array", ["ann"], "SUBJECT_MISMATCH"],
  ])("sub beside data names %s", (_row, sub, outcome) => {
    expect(judge({ sub })).toBe(outcome);
  });

  it.each(["a", "6f1f9c1e", "é".repeat(64), "a".repeat(128)])("takes the jti %j", (jti) => {
    expect(judge({ jti })).toBe("accepted");
  });

  it.each([null, 0, 1, true, ["a"], { id: "a" }, "", " ", "a\nb", "a\0", "\ud800", "é".repeat(65), "a".repeat(129)])(
    "attack:D14 takes no jti %j",
    (jti) => {
      expect(judge({ jti })).toBe("TOKEN_ID_INVALID");
    },
  );

  it("attack:D4 counts the life from now without an iat", () => {
    const lived = (exp: number) => judgeClaims({ ...without("iat"), exp }, POLICY, NOW).kind;

    expect([0, 1].map((more) => lived(NOW + POLICY.maxLifetimeSeconds + more))).toEqual(["accepted", "rejected"]);
  });

  it.each([
    ["one audience of the policy's two", { aud: "second" }, "accepted"],
    ["both of them", { aud: ["second", AUDIENCE] }, "accepted"],
    ["attack:D9 neither", { aud: "third" }, "AUDIENCE_NOT_ALLOWED"],
  ])("accepts a token for %s", (_row, claims, outcome) => {
    expect(judge(claims, { ...POLICY, audiences: [AUDIENCE, "second"] })).toBe(outcome);
  });

  it.each([
    ["the client", { client_id: "our-client" }, "accepted"],
    ["attack:D9 another client", { client_id: "other" }, "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 the client in a list", { client_id: ["our-client"] }, "AUDIENCE_NOT_ALLOWED"],
    ["attack:D9 the client as aud", { aud: "our-client" }, "AUDIENCE_NOT_ALLOWED"],
  ])("judges client_id in place of aud where the policy says so: %s", (_row, claims, outcome) => {
    expect(judge(claims, { ...POLICY, audienceClaim: "client_id", audiences: ["our-client"] })).toBe(outcome);
  });

  it.each([
    ["the required value", { token_use: "access", azp: "app" }, "accepted"],
    ["attack:D11 no value where one is required", { azp: "app" }, "TOKEN_USE_NOT_ALLOWED"],
    ["attack:D11 a required claim that is missing", { token_use: "access" }, "TOKEN_USE_NOT_ALLOWED"],
    ["attack:D11 a required claim that is null", { token_use: "access", azp: null }, "TOKEN_USE_NOT_ALLOWED"],
    ["attack:D11 a required claim that is empty", { token_use: "access", azp: "" }, "TOKEN_USE_NOT_ALLOWED"],
    ["attack:D16 a required claim that is inherited", { token_use: "access", toString: 1 }, "TOKEN_USE_NOT_ALLOWED"],
  ])("tells an access token by its policy's claims: %s", (_row, claims, outcome) => {
    expect(judge(claims, { ...POLICY, requiredClaims: ["azp"], requiredValues: { token_use: "access" } })).toBe(
      outcome,
    );
  });

  it("attack:D13 accepts a marking claim only if its issuer is known to write it into access tokens", () => {
    const policy = { ...POLICY, exemptClaims: ["nonce"] };

    expect(judge({ nonce: "n-0S6_WzA2Mj" }, policy)).toBe("accepted");
    expect(judge({ nonce: "n-0S6_WzA2Mj", at_hash: "77QmUPtjPfzWtF2AnpK9RQ" }, policy)).toBe("TOKEN_USE_NOT_ALLOWED");
  });

  it("attack:D20 puts the issuer's prefix before the user id, and compares sub with the id as the token has it", () => {
    const policy = { ...POLICY, userIdPrefix: "partner:" };

    expect(judgeClaims({ ...goodClaims(NOW), sub: "ann" }, policy, NOW)).toMatchObject({
      identity: { userId: "partner:ann", firstName: "Ann", sub: "auth0|ann" },
    });
    expect(judge({ sub: "partner:ann" }, policy)).toBe("SUBJECT_MISMATCH");
  });

  it.each([
    ["as the prefix of another issuer", "partner:ann", "IDENTITY_INVALID"],
    ["as half of one", "partner", "accepted"],
    ["in other letters", "Partner:ann", "accepted"],
  ])("attack:D20 judges a user id without prefix that begins %s", (_row, userId, outcome) => {
    expect(judge({ data: { userId } }, { ...POLICY, foreignPrefixes: ["partner:", "x"] })).toBe(outcome);
  });

  it("attack:E9 refuses a user id that its prefix makes too long", () => {
    const policy = { ...POLICY, userIdPrefix: "partner:" };

    expect(judge({ data: { userId: "a".repeat(120) } }, policy)).toBe("accepted");
    expect(judge({ data: { userId: "a".repeat(121) } }, policy)).toBe("IDENTITY_INVALID");
  });

  it("takes the user from sub where the policy says so, whatever data holds", () => {
    const policy = { ...POLICY, identityClaims: CLAIM_MAPPINGS.oidc } as const;
    const claims = { ...goodClaims(NOW), sub: "bob", given_name: "Bob" };

    const verdict = judgeClaims(claims, policy, NOW);

    expect(verdict).toMatchObject({ identity: { userId: "bob", firstName: "Bob", sub: "bob" } });
  });

  it("attack:D8 uses only the given time", () => {
    const offsets = fc.integer({ min: -7200, max: 7200 });

    fc.assert(
      fc.property(offsets, (offset) => {
        const verdict = judgeClaims(goodClaims(NOW), POLICY, (NOW + offset) as EpochSeconds);

        expect(verdict.kind === "accepted").toBe(offset >= -LEEWAY && offset < 3600);
      }),
    );
  });

  it("never throws, and accepts no claims without the right issuer", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (claims) => {
        expect(judgeClaims(claims as Record<string, unknown>, POLICY, NOW).kind).toBe("rejected");
      }),
    );
  });
});

/** The grants, or why the token is rejected. */
function grantsIn(claims: Record<string, unknown>, permissionsClaim = "permissions"): readonly string[] | string {
  const verdict = judgeClaims({ ...goodClaims(NOW), ...claims }, { ...POLICY, permissionsClaim }, NOW);
  return verdict.kind === "rejected" ? verdict.reason : verdict.grants.map(grantText);
}

describe("the permissions of a token", () => {
  it.each<readonly [row: string, claim: unknown, grants: readonly string[]]>([
    ["a list", ["subscribe:order-17", "subscribe:order-*"], ["subscribe:order-17", "subscribe:order-*"]],
    ["an empty list", [], []],
    ["a text", "subscribe:a subscribe:b-*", ["subscribe:a", "subscribe:b-*"]],
    ["an empty text", "", []],
    ["a text with several blanks", "  subscribe:a   openid subscribe:b ", ["subscribe:a", "subscribe:b"]],
    ["everything", ["subscribe:*"], ["subscribe:*"]],
    ["an entity with a blank, in a list", ["subscribe:my order"], ["subscribe:my order"]],
    ["an entity with a colon", ["subscribe:order:17"], ["subscribe:order:17"]],
    ["an entity in another script", ["subscribe:заказ-*"], ["subscribe:заказ-*"]],
    ["one grant twice", ["subscribe:a", "subscribe:a"], ["subscribe:a"]],
    ["verbs of others", ["read:orders", "openid", "write:*-17", "subscribe:a"], ["subscribe:a"]],
    ["a verb of ours in other letters", ["Subscribe:a", "SUBSCRIBE:*", " subscribe:b"], []],
    ["a verb that begins as ours", ["subscribe", "subscribes:a", "subscribe.a", "portcullis/subscribe:a"], []],
    [
      "reserved verbs",
      ["publish", "history", "presence", "inbox"].flatMap((verb) => [`${verb}:*`, `${verb}:a*b`, `${verb}:`]),
      [],
    ],
    ["entries that are no text", [7, null, ["subscribe:a"], { verb: "subscribe" }, "subscribe:b"], ["subscribe:b"]],
  ])("are what they say: %s", (_row, permissions, grants) => {
    expect(grantsIn({ permissions })).toStrictEqual(grants);
  });

  it.each([null, 7, true, {}, { 0: "subscribe:*", length: 1 }])(
    "attack:D21 are rejected with the token if the claim is %j",
    (permissions) => {
      expect(grantsIn({ permissions })).toBe("GRANTS_INVALID");
    },
  );

  it.each([
    "subscribe:",
    "subscribe: ",
    "subscribe:*-17",
    "subscribe:a*b",
    "subscribe:**",
    "subscribe:a\n",
    "subscribe:\ud800",
    `subscribe:${"é".repeat(129)}`,
  ])("attack:D21 are rejected with the token for one of ours that has no meaning: %j", (bad) => {
    expect(grantsIn({ permissions: ["subscribe:a", bad] })).toBe("GRANTS_INVALID");
    expect(grantsIn({ permissions: [bad, "subscribe:*"] })).toBe("GRANTS_INVALID");
  });

  it("attack:D21 are rejected with the token for a verb of ours with nothing behind it, in a text", () => {
    expect(grantsIn({ permissions: "subscribe: order-17" })).toBe("GRANTS_INVALID");
  });

  it.each(FILLINGS)("attack:D22 have at most 4 KB in the authorizer's answer, of %j too", (fill) => {
    const [most, more] = [grantsOfBytes(4096, fill), grantsOfBytes(4097, fill)];

    expect([most, more].map(bytesInAnswer)).toEqual([4096, 4097]);
    expect(grantsIn({ permissions: most })).toStrictEqual(most);
    expect(grantsIn({ permissions: more })).toBe("GRANTS_TOO_LARGE");
  });

  it("have room for those of others, however many", () => {
    const others = Array.from({ length: 1000 }, (_, index) => `read:${index}`);

    expect(grantsIn({ permissions: [...others, "subscribe:a", ...Array(1000).fill("subscribe:a")] })).toEqual([
      "subscribe:a",
    ]);
  });

  it("are in the claim that the policy names, and in no other", () => {
    const claims = { permissions: ["subscribe:a"], scope: "openid subscribe:b", grants: ["subscribe:c"] };

    expect(grantsIn(claims)).toEqual(["subscribe:a"]);
    expect(grantsIn(claims, "scope")).toEqual(["subscribe:b"]);
    expect(grantsIn(claims, "https://portcullis.example/permissions")).toEqual([]);
  });

  it.each(["__proto__", "constructor", "toString"])("attack:D16 are not what %s inherits", (claim) => {
    expect(grantsIn({}, claim)).toEqual([]);
  });
});
