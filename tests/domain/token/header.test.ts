import { describe, expect, it } from "vitest";
import { type Algorithm, findAlgorithm } from "../../../src/domain/token/algorithms.ts";
import { validateHeader } from "../../../src/domain/token/header.ts";
import type { TokenType } from "../../../src/domain/token/issuer-policy.ts";

const RS256 = findAlgorithm("RS256") as Algorithm;
const RS512 = findAlgorithm("RS512") as Algorithm;

/** A header under a policy with two algorithms: the reason to refuse it, or what it chooses. */
function judge(header: Record<string, unknown>, tokenType: TokenType = "JWT") {
  const verdict = validateHeader(header, { algorithms: [RS256, RS512], tokenType });
  return verdict.kind === "rejected" ? verdict.reason : verdict;
}

describe("a token's header", () => {
  it.each([
    ["the first", "RS256", RS256],
    ["the second", "RS512", RS512],
  ])("chooses among the issuer's algorithms: %s", (_row, alg, algorithm) => {
    expect(judge({ alg })).toStrictEqual({ kind: "header", algorithm });
    expect(judge({ alg, kid: "1" })).toStrictEqual({ kind: "header", algorithm, keyId: "1" });
  });

  it.each([
    ["attack:B1 none", { alg: "none" }],
    ["attack:B1 lower case", { alg: "rs256" }],
    ["attack:B1 a blank behind", { alg: "RS256 " }],
    ["attack:B3 nothing", {}],
    ["attack:B3 null", { alg: null }],
    ["attack:B3 a list", { alg: ["RS256"] }],
    ["attack:B3 an inherited name", Object.create({ alg: "RS256" })],
    ["attack:B4 another algorithm of the family", { alg: "RS384" }],
    ["attack:B6 an HMAC", { alg: "HS256" }],
  ])("is refused if its alg is none of them: %s", (_row, header) => {
    expect(judge(header)).toBe("ALGORITHM_NOT_ALLOWED");
  });

  it.each([
    ["attack:B10 crit", { crit: ["exp"] }],
    ["attack:B11 b64", { b64: false }],
    ["attack:B12 zip", { zip: "DEF" }],
    ["attack:B12 enc", { enc: "A256GCM" }],
    ["attack:B12 cty", { cty: "JWT" }],
    ["attack:B12 nonce", { nonce: "n-0S6_WzA2Mj" }],
    ["attack:B12 a name in upper case", { KID: "1" }],
    ["attack:C3 jwk", { jwk: { kty: "RSA" } }],
    ["attack:C4 jku", { jku: "https://evil.example/jwks.json" }],
    ["attack:C4 x5u", { x5u: "https://evil.example/certificate" }],
    ["attack:C4 x5c", { x5c: ["MIIC"] }],
    ["attack:C4 x5t", { x5t: "dGh1bWJwcmludA" }],
  ])("is refused with any member but alg, typ and kid: %s", (_row, member) => {
    expect(judge({ alg: "RS256", typ: "JWT", kid: "1", ...member })).toBe("HEADER_NOT_ALLOWED");
  });

  it.each<readonly [type: string, jwt: boolean, accessToken: boolean]>([
    ["JWT", true, false],
    ["jwt", true, false],
    ["application/JWT", true, false],
    ["at+jwt", false, true],
    ["AT+JWT", false, true],
    ["application/at+jwt", false, true],
    ["logout+jwt", false, false],
    ["dpop+jwt", false, false],
    ["JOSE", false, false],
    ["", false, false],
    ["application/", false, false],
  ])("attack:D12 has the type %j only in a token of that type", (typ, jwt, accessToken) => {
    const judged = (["JWT", "at+jwt"] as const).map((tokenType) => judge({ alg: "RS256", typ }, tokenType));
    const expected = [jwt, accessToken].map((fits) =>
      fits ? { kind: "header", algorithm: RS256 } : "TYPE_NOT_ALLOWED",
    );

    expect(judged).toEqual(expected);
  });

  it("attack:D12 may have no type, unless the issuer marks its access tokens by one", () => {
    expect(judge({ alg: "RS256" }, "JWT")).toMatchObject({ kind: "header" });
    expect(judge({ alg: "RS256" }, "at+jwt")).toBe("TYPE_NOT_ALLOWED");
  });

  it.each([null, 1, ["JWT"], { JWT: true }])("attack:D12 is refused with the type %j", (typ) => {
    expect(judge({ alg: "RS256", typ })).toBe("TYPE_NOT_ALLOWED");
  });

  it.each(["", "a", "../../dev/null", "a".repeat(256)])(
    "attack:C1 may have the key id %j, which is only compared",
    (kid) => {
      expect(judge({ alg: "RS256", kid })).toMatchObject({ kind: "header", keyId: kid });
    },
  );

  it.each([null, 1, ["1"], { kid: "1" }, "a".repeat(257)])("attack:C1 is refused with the key id %j", (kid) => {
    expect(judge({ alg: "RS256", kid })).toBe("HEADER_NOT_ALLOWED");
  });
});
