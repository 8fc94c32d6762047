import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUserId, prefixedUserId, type UserId } from "../../../src/domain/identity/identity.ts";
import { findAlgorithm } from "../../../src/domain/token/algorithms.ts";
import { parseIssuers, parseIssuersText, parseOneIssuer } from "../../../src/domain/token/issuer-configuration.ts";
import { LIMITS } from "../../support/providers.ts";
import { newPair, published } from "../../support/signed-jws.ts";

const pair = newPair("ES256");
const JWKS = { keys: [published(pair.publicKey, { kid: "1" })] };

const URL = "https://issuer.example/jwks.json";
const PROVIDER = { issuer: "https://issuer.example", audience: "api", jwksUrl: URL };
const OTHER = { issuer: "https://other.example", audience: "api", jwksUrl: "https://other.example/jwks.json" };
const OWN = { issuer: "portcullis", audience: "portcullis", secret: true };

function problemsOf(...issuers: readonly unknown[]): readonly string[] {
  const parsed = parseIssuers({ issuers }, LIMITS);
  return parsed.kind === "refused" ? parsed.problems : [];
}

function issuersOf(...issuers: readonly unknown[]) {
  const parsed = parseIssuers({ issuers }, LIMITS);
  if (parsed.kind === "refused") throw new Error(parsed.problems.join("; "));
  return parsed.issuers;
}

describe("a document of issuers", () => {
  it("gives each issuer its policy and its keys", () => {
    const [provider, own] = issuersOf(PROVIDER, { ...OWN, userIdPrefix: "own:", identityClaims: "data" });

    expect(provider).toEqual({
      policy: {
        ...LIMITS,
        issuer: "https://issuer.example",
        audienceClaim: "aud",
        audiences: ["api"],
        algorithms: [findAlgorithm("RS256")],
        tokenType: "JWT",
        requiredClaims: [],
        requiredValues: {},
        exemptClaims: [],
        identityClaims: { names: { userId: "sub", firstName: "given_name", lastName: "family_name", sub: "sub" } },
        permissionsClaim: "permissions",
        userIdPrefix: "",
        foreignPrefixes: ["own:"],
      },
      keys: { kind: "address", url: URL },
    });
    expect(own).toMatchObject({
      policy: {
        algorithms: [findAlgorithm("HS256")],
        identityClaims: { holder: "data" },
        userIdPrefix: "own:",
        foreignPrefixes: [],
      },
      keys: { kind: "secret" },
    });
  });

  it("may have several audiences, algorithms of one family, another token type and other claims", () => {
    const [issuer] = issuersOf({
      ...{ ...PROVIDER, audience: ["api", "admin"], algorithms: ["ES256", "ES384"], tokenType: "at+jwt" },
      ...{ userIdClaim: "https://issuer.example/id", firstNameClaim: "nickname", permissionsClaim: "scope" },
    });

    expect(issuer?.policy).toMatchObject({
      audiences: ["api", "admin"],
      algorithms: [{ name: "ES256" }, { name: "ES384" }],
      tokenType: "at+jwt",
      identityClaims: {
        names: { userId: "https://issuer.example/id", firstName: "nickname", lastName: "family_name" },
      },
      permissionsClaim: "scope",
    });
  });

  it("may hold the keys themselves", () => {
    const [issuer] = issuersOf({ ...PROVIDER, jwksUrl: undefined, jwks: JWKS, algorithms: ["ES256"] });

    expect(issuer?.keys).toMatchObject({ kind: "published", keys: [{ keyId: "1", algorithm: { name: "ES256" } }] });
  });

  it("may be empty", () => {
    expect(parseIssuers({ issuers: [] }, LIMITS)).toEqual({ kind: "issuers", issuers: [] });
  });

  it.each<readonly [row: string, members: Record<string, unknown>]>([
    ["an issuer of one character", { issuer: "i" }],
    ["an issuer of two", { issuer: "is" }],
    ["an issuer of 512, with blanks inside", { issuer: `i ${"s".repeat(509)}r` }],
    ["an address with one name", { jwksUrl: "https://localhost/jwks.json" }],
    ["an address with many names", { jwksUrl: "https://a.b.issuer.example/jwks.json" }],
    ["an address with a port", { jwksUrl: "https://issuer.example:8443/jwks.json" }],
    ["an address with the last port", { jwksUrl: "https://issuer.example:65535/" }],
    ["a prefix of 32 characters", { userIdPrefix: "a".repeat(32) }],
  ])("may have an entry with %s", (_row, members) => {
    expect(problemsOf({ ...PROVIDER, ...members })).toEqual([]);
  });

  it.each([
    [undefined],
    [null],
    [[]],
    [{}],
    [{ issuers: {} }],
    [{ issuers: [], version: 1 }],
    ["{}"],
    [Object.create({ issuers: [] })],
  ])("is refused if it is none: %o", (document) => {
    expect(parseIssuers(document, LIMITS)).toEqual({
      kind: "refused",
      problems: ["the document must be an object with the one member issuers, a list"],
    });
  });

  const TEXTS = "1 to 512 characters of ASCII, with no blank at either end";
  const LITERAL =
    "issuers[0].jwksUrl must be a literal address as https://issuer.example/jwks.json, without user, fragment or placeholder";
  const ONE_SOURCE =
    "issuers[0].jwksUrl must be the one source of keys: one of jwksUrl, jwks and secret must be set, and no other";

  it.each<readonly [row: string, members: Record<string, unknown>, problem: string]>([
    ["an unknown member", { audiences: ["api"] }, "issuers[0].audiences is no member of an issuer"],
    ["an unknown preset", { preset: "google" }, "issuers[0].preset must be one of custom, rfc9068, cognito,"],
    ["a preset that every object has", { preset: "toString" }, "issuers[0].preset must be one of"],
    ["no issuer", { issuer: undefined }, `issuers[0].issuer must be the text of iss: ${TEXTS}`],
    ["a blank issuer", { issuer: " " }, "issuers[0].issuer must be the text"],
    ["a blank before the issuer", { issuer: " https://issuer.example" }, "issuers[0].issuer must be the text"],
    ["a blank behind the issuer", { issuer: "https://issuer.example " }, "issuers[0].issuer must be the text"],
    ["an issuer of 513 characters", { issuer: "i".repeat(513) }, "issuers[0].issuer must be the text"],
    ["a list of issuers", { issuer: ["https://issuer.example"] }, "issuers[0].issuer must be the text"],
    ["no audience", { audience: undefined }, `issuers[0].audience must be a text or a list of texts: ${TEXTS}`],
    ["fault:K14 an empty audience", { audience: "" }, "issuers[0].audience must be a text"],
    ["a list of no audience", { audience: [] }, "issuers[0].audience must be a text"],
    ["an empty audience among others", { audience: ["api", ""] }, "issuers[0].audience must be a text"],
    ["an audience that is a number", { audience: 1 }, "issuers[0].audience must be a text"],
    [
      "fault:K14 attack:B1 the algorithm none",
      { algorithms: ["none"] },
      "issuers[0].algorithms must be a list of HS256, HS384,",
    ],
    ["attack:B1 an algorithm in lower case", { algorithms: ["rs256"] }, "issuers[0].algorithms must be a list of"],
    ["no algorithm", { algorithms: [] }, "issuers[0].algorithms must be a list of"],
    [
      "an algorithm twice: each key would fit two, and verify nothing",
      { algorithms: ["RS256", "RS256"] },
      "issuers[0].algorithms must name no algorithm twice",
    ],
    ["algorithms that are a text", { algorithms: "RS256" }, "issuers[0].algorithms must be a list of"],
    [
      "attack:B6 mixed families",
      { algorithms: ["RS256", "PS256"] },
      "issuers[0].algorithms must be of one family: HS, RS, PS, ES or EdDSA",
    ],
    [
      "attack:B6 a secret's family beside another",
      { algorithms: ["RS256", "HS256"] },
      "issuers[0].algorithms must be of one",
    ],
    [
      "fault:K14 attack:B6 an HMAC with a JWKS",
      { algorithms: ["HS256"] },
      "issuers[0].algorithms must be of the family RS, PS, ES or EdDSA with a JWKS",
    ],
    ["an unknown token type", { tokenType: "dpop+jwt" }, "issuers[0].tokenType must be one of JWT, at+jwt"],
    ["no keys", { jwksUrl: undefined }, ONE_SOURCE],
    ["two sources of keys", { jwks: JWKS }, ONE_SOURCE],
    ["fault:K14 attack:B6 a JWKS and the secret", { secret: true }, ONE_SOURCE],
    ["attack:C17 http", { jwksUrl: "http://issuer.example/jwks.json" }, LITERAL],
    ["attack:C17 a file", { jwksUrl: "file:///jwks.json" }, LITERAL],
    ["attack:C17 a placeholder in the path", { jwksUrl: "https://issuer.example/{tenant}/keys" }, LITERAL],
    ["attack:C17 a placeholder in the host", { jwksUrl: "https://{tenant}.example/keys" }, LITERAL],
    ["attack:C17 a user", { jwksUrl: "https://user:word@issuer.example/keys" }, LITERAL],
    ["attack:C17 a user that looks like a host", { jwksUrl: "https://issuer.example@evil.example/keys" }, LITERAL],
    ["attack:C17 a fragment", { jwksUrl: `${URL}#keys` }, LITERAL],
    ["attack:C17 a blank", { jwksUrl: `${URL} ` }, LITERAL],
    ["attack:C17 a backslash", { jwksUrl: "https://issuer.example\\@evil.example/keys" }, LITERAL],
    ["attack:C17 text before the address", { jwksUrl: `jwks=${URL}` }, LITERAL],
    ["a port that begins with 0", { jwksUrl: "https://issuer.example:0443/keys" }, LITERAL],
    ["a port that is none", { jwksUrl: "https://issuer.example:65536/keys" }, LITERAL],
    ["attack:C17 no path", { jwksUrl: "https://issuer.example" }, LITERAL],
    ["attack:C17 an address that is no text", { jwksUrl: [URL] }, LITERAL],
    [
      "identity claims that are no choice",
      { identityClaims: "nested" },
      "issuers[0].identityClaims must be one of data, oidc",
    ],
    [
      "a user id claim beside nested claims",
      { identityClaims: "data", userIdClaim: "email" },
      "issuers[0].userIdClaim must not be set with identityClaims data, which names the claims",
    ],
    ["an empty user id claim", { userIdClaim: "" }, "issuers[0].userIdClaim must be the name of a claim"],
    ["a first name claim with a blank", { firstNameClaim: "first name" }, "issuers[0].firstNameClaim must be the name"],
    ["a last name claim that is a list", { lastNameClaim: ["a"] }, "issuers[0].lastNameClaim must be the name"],
    ["an empty permissions claim", { permissionsClaim: "" }, "issuers[0].permissionsClaim must be the name of a claim"],
    ["two permissions claims", { permissionsClaim: ["a", "b"] }, "issuers[0].permissionsClaim must be the name"],
    ["a permissions claim with a blank", { permissionsClaim: "my scope" }, "issuers[0].permissionsClaim must be the"],
    ["a long permissions claim", { permissionsClaim: "a".repeat(129) }, "issuers[0].permissionsClaim must be the name"],
    ["a misspelt permissions claim", { permissionClaim: "scope" }, "issuers[0].permissionClaim is no member"],
    ["an empty prefix", { userIdPrefix: "" }, "issuers[0].userIdPrefix must be 1 to 32 characters of"],
    ["a prefix with the tables' delimiter", { userIdPrefix: "a#" }, "issuers[0].userIdPrefix must be 1 to 32"],
    ["a prefix that is a number", { userIdPrefix: 1 }, "issuers[0].userIdPrefix must be 1 to 32"],
    ["a long prefix", { userIdPrefix: "a".repeat(33) }, "issuers[0].userIdPrefix must be 1 to 32"],
    [
      "users of an unknown issuer",
      { sharesUsersWith: "https://nowhere.example" },
      "issuers[0].sharesUsersWith must be the issuer of another entry, which has users of its own",
    ],
    [
      "users of itself",
      { sharesUsersWith: PROVIDER.issuer },
      "issuers[0].sharesUsersWith must be the issuer of another",
    ],
  ])("is refused with its place named, for an entry with %s", (_row, members, problem) => {
    expect(problemsOf({ ...PROVIDER, ...members }, { ...OTHER, userIdPrefix: "o:" })).toEqual([
      expect.stringContaining(problem),
    ]);
  });

  it.each<readonly [row: string, members: Record<string, unknown>, problem: string]>([
    [
      "an algorithm of a key pair",
      { algorithms: ["RS256"] },
      "issuers[0].algorithms must be one of HS256, HS384, HS512",
    ],
    ["two algorithms", { algorithms: ["HS256", "HS384"] }, "issuers[0].algorithms must be one of HS256"],
    [
      "a text in place of true",
      { secret: "planted-signing-secret-0123456789abcdef" },
      "issuers[0].secret must be true",
    ],
    ["the preset of a provider", { preset: "rfc9068" }, "issuers[0].preset must be custom with the stack's own secret"],
  ])("attack:B4 is refused for an issuer with the secret and %s", (_row, members, problem) => {
    const problems = problemsOf({ ...OWN, ...members });

    expect(problems).toContainEqual(expect.stringContaining(problem));
    expect(problems.join()).not.toContain("planted");
  });

  it.each<readonly [row: string, jwks: unknown, problem: string]>([
    ["attack:C12 a private key", { keys: [pair.privateKey.export({ format: "jwk" })] }, "JWKS_KEY_NOT_PUBLIC"],
    ["attack:C12 a symmetric key", { keys: [...JWKS.keys, { kty: "oct", k: "AQAB" }] }, "JWKS_KEY_NOT_PUBLIC"],
    ["attack:C11 a kid twice", { keys: [...JWKS.keys, ...JWKS.keys] }, "JWKS_KEY_ID_REPEATED"],
    ["a key instead of a set", JWKS.keys[0], "JWKS_MALFORMED"],
    ["no key", { keys: [] }, "must hold a key that verifies under the algorithms"],
    ["no key of the algorithms", { keys: [published(newPair("ES384").publicKey)] }, "must hold a key"],
  ])("is refused for an inline set with %s", (_row, jwks, problem) => {
    expect(problemsOf({ ...PROVIDER, jwksUrl: undefined, jwks, algorithms: ["ES256"] })).toEqual([
      expect.stringMatching(new RegExp(`^issuers\\[0\\]\\.jwks .*${problem}`)),
    ]);
  });

  it("is refused for an entry that is no object", () => {
    expect(problemsOf(null)).toContain("issuers[0] must be an object");
  });

  it("names all problems of all entries at once, and no value", () => {
    const problems = problemsOf(
      { ...PROVIDER, audience: "", jwksUrl: "http://s3cret.example/" },
      { ...OTHER, algorithms: ["s3cret"], userIdPrefix: "s3cret#" },
    );

    expect(problems.map((problem) => problem.split(" ", 1)[0])).toEqual([
      "issuers[0].audience",
      "issuers[0].jwksUrl",
      "issuers[1].algorithms",
      "issuers[1].userIdPrefix",
      "issuers[1].userIdPrefix",
    ]);
    expect(problems.join()).not.toContain("s3cret");
  });

  it("is refused if two entries have one issuer: the first would win", () => {
    expect(problemsOf(PROVIDER, { ...OTHER, issuer: PROVIDER.issuer, userIdPrefix: "o:" })).toEqual([
      "issuers[1].issuer must not be that of another entry",
    ]);
  });

  it("is refused if two issuers have the stack's secret: each could sign for the other", () => {
    expect(problemsOf(OWN, { ...OWN, issuer: "other", userIdPrefix: "o:" })).toEqual([
      "issuers[1].secret must not be set in two entries",
    ]);
  });
});

describe("the text of a document", () => {
  const nested = (levels: number) => `{"issuers":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

  it("is a JSON object", () => {
    expect(parseIssuersText('{"issuers":[{"secret":true}]}')).toEqual({ issuers: [{ secret: true }] });
    expect(parseIssuersText("[]")).toBeUndefined();
  });

  it("fault:K14 has no member twice: one of them would be ignored", () => {
    expect(parseIssuersText('{"issuers":[{"audience":"api","audience":"admin"}]}')).toBeUndefined();
  });

  it("has at most 16 levels", () => {
    expect([16, 17].map((levels) => parseIssuersText(nested(levels)) === undefined)).toEqual([false, true]);
  });
});

describe("the user ids of several issuers", () => {
  const prefixed = (...prefixes: readonly (string | undefined)[]) =>
    prefixes.map((userIdPrefix, index) => ({ ...PROVIDER, issuer: `https://${index}.example`, userIdPrefix }));

  it.each<readonly [row: string, prefixes: readonly (string | undefined)[], problems: readonly string[]]>([
    ["one without, the others with", ["a:", undefined, "b:"], []],
    ["all with", ["a:", "b:"], []],
    ["two without", ["a:", undefined, undefined], ["issuers[2].userIdPrefix must be set"]],
    ["three without", [undefined, undefined, undefined], ["issuers[1].userIdPrefix must be set", "issuers[2]."]],
    ["two the same", ["a:", "a:"], ["issuers[1].userIdPrefix must not begin as the prefix of another entry"]],
    ["one begins the other", ["a", "ab"], ["issuers[1].userIdPrefix must not begin"]],
    ["one begins the other, later", ["ab", "c", "a"], ["issuers[2].userIdPrefix must not begin"]],
    ["the same in other letters", ["a:", "A:"], []],
  ])("attack:D20 are kept apart by prefixes: %s", (_row, prefixes, problems) => {
    expect(problemsOf(...prefixed(...prefixes))).toEqual(problems.map((problem) => expect.stringContaining(problem)));
  });

  it("are the same only where the document says so", () => {
    const [first, second, third] = issuersOf(
      { ...PROVIDER, userIdPrefix: "p:" },
      { ...OTHER, sharesUsersWith: PROVIDER.issuer },
      OWN,
    );

    expect([first, second, third].map((issuer) => issuer?.policy.userIdPrefix)).toEqual(["p:", "p:", ""]);
    expect([first, second, third].map((issuer) => issuer?.policy.foreignPrefixes)).toEqual([[], [], ["p:"]]);
  });

  it("may be the same as those without a prefix", () => {
    const issuers = issuersOf({ ...OTHER, sharesUsersWith: PROVIDER.issuer }, PROVIDER, {
      ...OWN,
      userIdPrefix: "own:",
    });

    expect(issuers.map(({ policy }) => [policy.userIdPrefix, policy.foreignPrefixes])).toEqual([
      ["", ["own:"]],
      ["", ["own:"]],
      ["own:", []],
    ]);
  });

  it("are not shared with an issuer that shares those of a third, nor beside a prefix", () => {
    const third = { ...OWN, sharesUsersWith: OTHER.issuer, userIdPrefix: "own:" };

    expect(problemsOf(PROVIDER, { ...OTHER, sharesUsersWith: PROVIDER.issuer }, third)).toEqual([
      "issuers[2].sharesUsersWith must be the issuer of another entry, which has users of its own",
      "issuers[2].userIdPrefix must not be set beside sharesUsersWith",
    ]);
  });

  it("attack:D20 never meet, for any prefixes that are accepted and any ids", () => {
    const prefix = fc.option(fc.string({ unit: fc.constantFrom("a", "b", ":"), minLength: 1, maxLength: 3 }), {
      nil: undefined,
    });
    const id = fc.string({ unit: fc.constantFrom("a", "b", ":"), minLength: 1, maxLength: 6 });
    let compared = 0;

    fc.assert(
      fc.property(fc.tuple(prefix, prefix), fc.tuple(id, id), (prefixes, ids) => {
        const parsed = parseIssuers({ issuers: prefixed(...prefixes) }, LIMITS);
        if (parsed.kind === "refused") return;
        const users = parsed.issuers.map(({ policy }, index) => prefixedUserId(ids[index] as UserId, policy));
        if (users.includes(undefined)) return;
        compared += 1;
        expect(new Set(users).size).toBe(2);
        expect(users.map(parseUserId)).toEqual(users);
      }),
      { numRuns: 2000 },
    );
    expect(compared).toBeGreaterThan(100);
  });
});

describe("presets", () => {
  const preset = (name: string, issuer: string, members: Record<string, unknown> = {}) => ({
    ...{ ...PROVIDER, preset: name, issuer },
    ...members,
  });

  it.each([
    ["rfc9068", "https://any.example"],
    ["cognito", "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"],
    ["cognito", "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI"],
    ["auth0", "https://dev-1.eu.auth0.com/"],
    ["okta", "https://dev-1.okta.com/oauth2/default"],
    ["entra", "https://login.microsoftonline.com/0f8f9a44-0000-4000-8000-000000000001/v2.0"],
    ["keycloak", "https://id.example/realms/main"],
    ["keycloak", "https://id.example/auth/realms/main"],
    ["firebase", "https://securetoken.google.com/my-project"],
  ])("%s takes the issuer %s", (name, issuer) => {
    const audience = name === "firebase" ? "my-project" : "api";

    expect(problemsOf(preset(name, issuer, { audience }))).toEqual([]);
  });

  it.each([
    ["cognito", "https://my-pool.auth.eu-west-1.amazoncognito.com"],
    ["auth0", "https://dev-1.eu.auth0.com"],
    ["okta", "https://dev-1.okta.com"],
    ["entra", "https://login.microsoftonline.com/common/v2.0"],
    ["entra", "https://sts.windows.net/0f8f9a44-0000-4000-8000-000000000001/"],
    ["keycloak", "https://id.example/"],
  ])("%s refuses the issuer %s, which its access tokens never have", (name, issuer) => {
    expect(problemsOf(preset(name, issuer))).toEqual([expect.stringMatching(/^issuers\[0\]\.issuer must be https:/)]);
  });

  it("firebase refuses an audience that is not the project of the issuer", () => {
    expect(problemsOf(preset("firebase", "https://securetoken.google.com/my-project"))).toEqual([
      "issuers[0].audience must be the project id that ends the issuer",
    ]);
  });
});

describe("one issuer", () => {
  it("is what it is in a document, and has no other's users to keep apart from", () => {
    const parsed = parseOneIssuer({ ...PROVIDER, userIdPrefix: "p:" }, LIMITS, (member) => member);

    expect(parsed).toEqual({ kind: "issuers", issuers: issuersOf({ ...PROVIDER, userIdPrefix: "p:" }) });
    expect(parsed).toMatchObject({ issuers: [{ policy: { userIdPrefix: "p:", foreignPrefixes: [] } }] });
  });

  it("names its problems by the names of its settings", () => {
    const entry = { issuer: "", audience: "api", jwksUrl: "http://issuer.example/" };

    expect(parseOneIssuer(entry, LIMITS, (member) => member.toUpperCase())).toEqual({
      kind: "refused",
      problems: [
        expect.stringMatching(/^ISSUER must be the text/),
        expect.stringMatching(/^JWKSURL must be a literal/),
      ],
    });
  });
});
