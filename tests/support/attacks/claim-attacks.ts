import { forgeJws } from "../forged-jws.ts";
import { AUDIENCE, goodClaims, POLICY } from "../good-token.ts";
import { type Attack, rowsOf, type Target, withClaims, withClaimsText, withHeader } from "./attack.ts";

/** Far enough from a boundary that a running clock cannot cross it within a test. */
const FAR = POLICY.leewaySeconds + 600;

const json = (value: unknown) => JSON.stringify(value)?.slice(0, 60);

function withoutClaim({ now, secret }: Target, name: string): string {
  const { [name]: _left, ...payload } = goodClaims(now);
  return forgeJws({ payload, key: secret });
}

/** The claim with this text as its value, for numbers that JSON.stringify cannot write. */
const written = (name: string, number: string) => (target: Target) =>
  withClaimsText(target, (text) => text.replace(new RegExp(`"${name}":\\d+`), `"${name}":${number}`));

const NO_DATES = ["1800000000", "", null, true, [1_800_000_000], { value: 1 }, 0, -1, 1e20, 2 ** 33];
const HUGE = ["1e999", "-1e999", "1e400", "-0", "0.0"];

const d1 = rowsOf("attack:D1", 613);
const d2 = rowsOf("attack:D2", 20);
const d3 = rowsOf("attack:D3", 613);
const d4 = rowsOf("attack:D4", 613);
const d5 = rowsOf("attack:D5", 613);
const d6 = rowsOf("attack:D6", 345);
const d7 = rowsOf("attack:D7", 345);

const dates: readonly Attack[] = [
  d1("EXPIRY_INVALID", "no exp", (target) => withoutClaim(target, "exp")),
  ...NO_DATES.map((exp) => d2("EXPIRY_INVALID", `exp ${json(exp)}`, (target) => withClaims(target, { exp }))),
  ...HUGE.map((number) => d3("EXPIRY_INVALID", `exp ${number}`, written("exp", number))),
  d3("TOKEN_MALFORMED", "exp NaN", written("exp", "NaN")),
  d3("TOKEN_MALFORMED", "exp in hexadecimal", written("exp", "0x7fffffff")),
  d4("EXPIRY_INVALID", "exp in milliseconds", (target) => withClaims(target, { exp: (target.now + 3600) * 1000 })),
  d4("LIFETIME_TOO_LONG", "exp beyond the longest life", (target) =>
    withClaims(target, { exp: target.now + POLICY.maxLifetimeSeconds + FAR }),
  ),
  d4("LIFETIME_TOO_LONG", "exp in 2242", (target) => withClaims(target, { exp: 2 ** 33 - 1 })),
  d5("EXPIRED", "exp now", (target) => withClaims(target, { iat: target.now - 60, exp: target.now })),
  d5("EXPIRED", "exp a second ago, within the leeway", (target) =>
    withClaims(target, { iat: target.now - 60, exp: target.now - 1 }),
  ),
  d5("EXPIRED", "exp an hour ago", (target) => withClaims(target, { iat: target.now - 7200, exp: target.now - 3600 })),
  ...NO_DATES.map((nbf) => d6("NOT_BEFORE_INVALID", `nbf ${json(nbf)}`, (target) => withClaims(target, { nbf }))),
  ...HUGE.map((number) => d6("NOT_BEFORE_INVALID", `nbf ${number}`, written("nbf", number))),
  d6("NOT_YET_VALID", "nbf to come", (target) => withClaims(target, { nbf: target.now + FAR })),
  ...NO_DATES.map((iat) => d7("ISSUED_AT_INVALID", `iat ${json(iat)}`, (target) => withClaims(target, { iat }))),
  ...HUGE.map((number) => d7("ISSUED_AT_INVALID", `iat ${number}`, written("iat", number))),
  d7("ISSUED_IN_THE_FUTURE", "iat to come", (target) => withClaims(target, { iat: target.now + FAR })),
  d7("ISSUED_AT_INVALID", "iat after exp", (target) => withClaims(target, { iat: target.now + 3601 })),
];

const d9 = rowsOf("attack:D9", 863);
const d10 = rowsOf("attack:D10", 346);

const AUDIENCES: readonly unknown[] = [
  "",
  "https://other.example",
  `${AUDIENCE}/`,
  `${AUDIENCE}.evil.example`,
  AUDIENCE.slice(0, -1),
  AUDIENCE.toUpperCase(),
  ` ${AUDIENCE}`,
  [],
  ["https://other.example"],
  [AUDIENCE, 1],
  [AUDIENCE, null],
  [[AUDIENCE]],
  { 0: AUDIENCE, length: 1 },
  null,
  1,
  true,
];

const ISSUERS: readonly unknown[] = [
  "",
  "https://other.example",
  `${POLICY.issuer}/`,
  POLICY.issuer.replace("https", "http"),
  POLICY.issuer.toUpperCase(),
  `${POLICY.issuer}\n`,
  [POLICY.issuer],
  { value: POLICY.issuer },
  null,
  1,
];

const parties: readonly Attack[] = [
  d9("AUDIENCE_NOT_ALLOWED", "no aud", (target) => withoutClaim(target, "aud")),
  ...AUDIENCES.map((aud) => d9("AUDIENCE_NOT_ALLOWED", `aud ${json(aud)}`, (target) => withClaims(target, { aud }))),
  d9("AUDIENCE_NOT_ALLOWED", "aud of 100 others", (target) =>
    withClaims(target, { aud: Array.from({ length: 100 }, (_, index) => `https://${index}.example`) }),
  ),
  d10("ISSUER_NOT_ALLOWED", "no iss", (target) => withoutClaim(target, "iss")),
  ...ISSUERS.map((iss) => d10("ISSUER_NOT_ALLOWED", `iss ${json(iss)}`, (target) => withClaims(target, { iss }))),
];

const d11 = rowsOf("attack:D11", 287);
const d12 = rowsOf("attack:D12", 287);
const d13 = rowsOf("attack:D13", 287);
const d14 = rowsOf("attack:D14", 20);
const d18 = rowsOf("attack:D18", 287);

const TYPES = ["at+jwt", "application/at+jwt", "dpop+jwt", "logout+jwt", "secevent+jwt", "JWE", "", "JWT ", "jwt\0", 1];

const uses: readonly Attack[] = [
  ...[{ token_use: "id" }, { token_use: "refresh" }, { token_type: "refresh" }, { type: "refresh" }, { typ: "ID" }].map(
    (claims) =>
      d11("TOKEN_USE_NOT_ALLOWED", `a token of another use, ${json(claims)}`, (target) => withClaims(target, claims)),
  ),
  ...[{ nonce: "n-0S6_WzA2Mj" }, { at_hash: "77QmUPtjPfzWtF2AnpK9RQ" }, { c_hash: "LDktKdoQak3Pk0cnXxCltA" }].map(
    (claims) =>
      d11("TOKEN_USE_NOT_ALLOWED", `an ID token with ${Object.keys(claims)}`, (target) => withClaims(target, claims)),
  ),
  ...TYPES.map((typ) =>
    d12("TYPE_NOT_ALLOWED", `typ ${json(typ)}`, (target) => withHeader(target, { alg: "HS256", typ })),
  ),
  ...[null, ["JWT"], { type: "JWT" }].map((typ) =>
    d12("TYPE_NOT_ALLOWED", `typ ${json(typ)}`, (target) => withHeader(target, { alg: "HS256", typ })),
  ),
  d12("TYPE_NOT_ALLOWED", "typ of 1 KB", (target) => withHeader(target, { alg: "HS256", typ: "J".repeat(1024) })),
  d13("HEADER_NOT_ALLOWED", "a header with nonce, as Entra's for Graph", (target) =>
    withHeader(target, { alg: "HS256", typ: "JWT", nonce: "abc" }),
  ),
  d13("TOKEN_USE_NOT_ALLOWED", "cnf, shown as bearer", (target) => withClaims(target, { cnf: { jkt: "abc" } })),
  d13("TOKEN_USE_NOT_ALLOWED", "a logout token", (target) => withClaims(target, { events: {} })),
  ...[1, null, true, ["1"], { id: "1" }].map((jti) =>
    d14("TOKEN_ID_INVALID", `jti ${json(jti)}`, (target) => withClaims(target, { jti })),
  ),
  ...["bob", "", null, 1, ["ann"], { id: "ann" }].map((sub) =>
    d18("SUBJECT_MISMATCH", `sub ${json(sub)} beside data for ann`, (target) => withClaims(target, { sub })),
  ),
];

const d16 = rowsOf("attack:D16", 1321);
const d17 = rowsOf("attack:D17", 436);

/** The payload with this member before all others. */
const first = (member: string) => (target: Target) => withClaimsText(target, (text) => `{${member},${text.slice(1)}`);

const texts: readonly Attack[] = [
  ...["__proto__", "constructor", "prototype", "\\u005f_proto__"].flatMap((name) => [
    d16("TOKEN_MALFORMED", `${name} in the payload`, first(`"${name}":{"polluted":true}`)),
    d16("TOKEN_MALFORMED", `${name} in data`, (target) =>
      withClaimsText(target, (text) => text.replace('"data":{', `"data":{"${name}":{"polluted":true},`)),
    ),
  ]),
  d16("TOKEN_MALFORMED", "a user id by way of __proto__", (target) =>
    withClaimsText(target, (text) => text.replace(/"data":\{.*?\}/, '"data":{"__proto__":{"userId":"ann"}}')),
  ),
  ...["exp", "iss", "aud", "nbf", "data"].map((name) =>
    d17("TOKEN_MALFORMED", `${name} twice`, first(`"${name}":null`)),
  ),
  d17("TOKEN_MALFORMED", "exp twice, once in escapes", first('"\\u0065xp":9999999999')),
  d17("TOKEN_MALFORMED", "sub twice", first('"sub":"ann","sub":"bob"')),
  d17("TOKEN_MALFORMED", "userId twice", (target) =>
    withClaimsText(target, (text) => text.replace('"userId":', '"userId":"bob","userId":')),
  ),
];

const d21 = rowsOf("attack:D21", 863);
const d22 = rowsOf("attack:D22", 770);

const NO_PERMISSIONS = [null, 7, true, {}, { 0: "subscribe:*", length: 1 }, "subscribe: *", "openid subscribe:*-17"];
const NO_GRANTS = ["", " ", "**", "*-17", "a*b", "a\n", "a\0", "\u2028", "\ud800", "x".repeat(257)];
const MANY = Array.from({ length: 17 }, (_, index) => `subscribe:${index}${"x".repeat(230)}`);
/** Short until they are escaped twice. */
const ESCAPES = Array.from({ length: 5 }, (_, index) => `subscribe:${index}${'\\"'.repeat(110)}`);

const permitted = (permissions: unknown) => (target: Target) => withClaims(target, { permissions });

const permissions: readonly Attack[] = [
  ...NO_PERMISSIONS.map((claim) => d21("GRANTS_INVALID", `permissions ${json(claim)}`, permitted(claim))),
  ...NO_GRANTS.map((pattern) =>
    d21(
      "GRANTS_INVALID",
      `the grant of ${json(pattern)} among others`,
      permitted(["subscribe:*", `subscribe:${pattern}`]),
    ),
  ),
  d22("GRANTS_TOO_LARGE", "many grants", permitted(MANY)),
  d22("GRANTS_TOO_LARGE", "many grants in a text", permitted(MANY.join(" "))),
  d22("GRANTS_TOO_LARGE", "grants of escapes", permitted(ESCAPES)),
];

export const claimAttacks: readonly Attack[] = [...dates, ...parties, ...uses, ...texts, ...permissions];
