import { createSign, generateKeyPairSync } from "node:crypto";
import type { CryptoKey } from "jose";
import { describe, expect, it } from "vitest";
import { HmacVerificationKeys } from "../../../src/adapters/jose/hmac-keys.ts";
import { JoseTokenVerifier } from "../../../src/adapters/jose/jose-token-verifier.ts";
import { makeVerifyToken } from "../../../src/application/access/verify-token.ts";
import type { VerificationKeys } from "../../../src/application/ports/tokens.ts";
import { CLAIM_MAPPINGS } from "../../../src/domain/identity/identity.ts";
import { Secret } from "../../../src/domain/secret.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import type { TokenHeader } from "../../../src/domain/token/header.ts";
import type { IssuerPolicy } from "../../../src/domain/token/issuer-policy.ts";
import type { TokenVerdict } from "../../../src/domain/token/verdict.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RotatingSigningSecrets } from "../../fakes/rotating-signing-secrets.ts";
import { encodePart, forgeJws } from "../../support/forged-jws.ts";
import { AUDIENCE, goodClaims, goodToken, POLICY, SECRET_TEXT } from "../../support/good-token.ts";

const NOW = 1_800_000_000;

/** Stands for an identity provider with a key pair: no product code finds such keys yet. */
const PROVIDER: IssuerPolicy = {
  ...POLICY,
  issuer: "https://provider.example",
  audiences: ["provider-audience"],
  algorithms: [{ name: "ES256", family: "ES", signatureBytes: 64, curve: "P-256" }],
  maxLifetimeSeconds: 600,
  identityClaims: CLAIM_MAPPINGS.oidc,
};
const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });

/** Public keys by their `kid`, as in a JWKS. Keeps the headers of all requests for a key. */
class KeysById implements VerificationKeys<CryptoKey> {
  readonly asked: TokenHeader[] = [];

  async *candidates(header: TokenHeader): AsyncGenerator<CryptoKey> {
    this.asked.push(header);
    if (header.keyId !== "1") return;
    const jwk = pair.publicKey.export({ format: "jwk" });
    yield await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
  }
}

function twoIssuers() {
  const secrets = new RotatingSigningSecrets([new Secret(SECRET_TEXT)]);
  const keys = new KeysById();
  const verifier = new JoseTokenVerifier([
    { policy: POLICY, keys: new HmacVerificationKeys(secrets) },
    { policy: PROVIDER, keys },
  ]);
  const verify = makeVerifyToken({ verifier, clock: new FixedClock(NOW * 1000) });
  const verdictOn = (token: string): Promise<TokenVerdict> => verify(token as UnverifiedToken);
  return { verdictOn, secrets, keys };
}

const providerClaims = { iss: PROVIDER.issuer, aud: PROVIDER.audiences[0], exp: NOW + 600, sub: "bob" };

function providerToken(claims: Record<string, unknown> = {}, key = pair.privateKey, kid = "1"): string {
  const signed = [
    { alg: "ES256", kid },
    { ...providerClaims, ...claims },
  ]
    .map(encodePart)
    .join(".");
  const signature = createSign("sha256").update(signed).sign({ key, dsaEncoding: "ieee-p1363" });
  return `${signed}.${signature.toString("base64url")}`;
}

const rejected = (reason: string) => ({ kind: "rejected", reason });

describe("two issuers in one verifier", () => {
  it("judges each token by its own issuer's policy, under its own issuer's keys", async () => {
    const { verdictOn, secrets, keys } = twoIssuers();

    const ofSecret = await verdictOn(goodToken(NOW));
    const before = keys.asked.length;
    const ofProvider = await verdictOn(providerToken());

    expect(ofSecret).toMatchObject({ kind: "accepted", identity: { userId: "ann" }, token: { expiresAt: NOW + 3600 } });
    expect(ofProvider).toMatchObject({
      kind: "accepted",
      identity: { userId: "bob" },
      token: { expiresAt: NOW + 600 },
    });
    expect({ before, asked: keys.asked, reads: secrets.reads }).toEqual({
      before: 0,
      asked: [{ kind: "header", algorithm: PROVIDER.algorithms[0], keyId: "1" }],
      reads: 1,
    });
  });

  it.each([
    ["attack:D9 the other issuer's audience", { aud: AUDIENCE }, "AUDIENCE_NOT_ALLOWED"],
    ["attack:D4 a lifetime that only the other issuer may give", { exp: NOW + 601 }, "LIFETIME_TOO_LONG"],
    [
      "attack:D15 its user in the claim of the other issuer",
      { sub: undefined, data: { userId: "ann" } },
      "IDENTITY_INVALID",
    ],
  ])("refuses a token of one issuer with %s", async (_row, claims, reason) => {
    expect(await twoIssuers().verdictOn(providerToken(claims))).toEqual({
      ...rejected(reason),
      verified: { issuer: "https://provider.example" },
    });
  });

  it.each([
    [
      "the secret's issuer, signed with the provider's key",
      providerToken({ iss: POLICY.issuer }),
      "ALGORITHM_NOT_ALLOWED",
    ],
    [
      "the provider, signed with the secret",
      forgeJws({ payload: providerClaims, key: SECRET_TEXT }),
      "ALGORITHM_NOT_ALLOWED",
    ],
    [
      "attack:B5 the provider, signed with its public key as a secret",
      forgeJws({ payload: providerClaims, key: pair.publicKey.export({ format: "pem", type: "spki" }) as string }),
      "ALGORITHM_NOT_ALLOWED",
    ],
    [
      "the provider, under its algorithm, signed with the secret",
      forgeJws({ header: { alg: "ES256", kid: "1" }, payload: providerClaims, key: SECRET_TEXT, hash: "sha512" }),
      "SIGNATURE_INVALID",
    ],
    [
      "attack:B7 the provider, signed with a stranger's key",
      providerToken({}, stranger.privateKey),
      "SIGNATURE_INVALID",
    ],
    ["the provider, with a kid that it does not have", providerToken({}, pair.privateKey, "2"), "SIGNATURE_INVALID"],
    [
      "the secret's issuer, signed with another secret",
      goodToken(NOW, "another-secret-of-more-than-32-bytes"),
      "SIGNATURE_INVALID",
    ],
  ])("refuses a token of %s", async (_row, token, reason) => {
    expect(await twoIssuers().verdictOn(token)).toEqual(rejected(reason));
  });

  it.each([
    ["another issuer", "https://other.example"],
    ["an issuer in other letters", PROVIDER.issuer.toUpperCase()],
    ["an issuer with a slash", `${PROVIDER.issuer}/`],
    ["both issuers", [POLICY.issuer, PROVIDER.issuer]],
    ["no issuer", undefined],
  ])("attack:D10 refuses %s before any key is asked for", async (_row, iss) => {
    const { verdictOn, secrets, keys } = twoIssuers();

    const verdicts = [
      await verdictOn(providerToken({ iss })),
      await verdictOn(forgeJws({ payload: { ...goodClaims(NOW), iss }, key: SECRET_TEXT })),
    ];

    expect(verdicts).toEqual([rejected("ISSUER_NOT_ALLOWED"), rejected("ISSUER_NOT_ALLOWED")]);
    expect({ asked: keys.asked, reads: secrets.reads, rereads: secrets.rereads }).toEqual({
      asked: [],
      reads: 0,
      rereads: 0,
    });
  });

  it("attack:D17 refuses two issuers in one payload, whichever of them signed it, before any key is asked for", async () => {
    const { verdictOn, secrets, keys } = twoIssuers();
    const payload = JSON.stringify(goodClaims(NOW)).replace("{", `{"iss":${JSON.stringify(PROVIDER.issuer)},`);

    expect(await verdictOn(forgeJws({ payload, key: SECRET_TEXT }))).toEqual(rejected("TOKEN_MALFORMED"));
    expect([keys.asked.length, secrets.reads]).toEqual([0, 0]);
  });
});
