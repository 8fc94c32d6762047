import { describe, expect, it, onTestFinished } from "vitest";
import { JoseTokenVerifier } from "../../../src/adapters/jose/jose-token-verifier.ts";
import { JwksVerificationKeys } from "../../../src/adapters/jose/jwks-keys.ts";
import { HttpsJwkSetSource } from "../../../src/adapters/jwks/https-jwk-set-source.ts";
import { SystemClock } from "../../../src/adapters/system/system.ts";
import { makeVerifyToken } from "../../../src/application/access/verify-token.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { API, startIdentityProvider } from "../../support/identity-provider.mjs";
import { configured } from "../../support/providers.ts";
import { newPair } from "../../support/signed-jws.ts";

/** The product's own parts, over the provider's JWKS endpoint. Only the provider's certificate is given. */
async function trusting(alg: string) {
  const jwk = newPair(alg).privateKey.export({ format: "jwk" });
  const provider = await startIdentityProvider(alg, jwk, onTestFinished);
  const [issuer] = configured({
    ...{ preset: "rfc9068", issuer: provider.issuer, audience: API, algorithms: [alg], jwksUrl: provider.jwksUrl },
  });
  if (issuer === undefined) throw new Error("no issuer");
  const { policy } = issuer;
  const clock = new SystemClock();
  const source = new HttpsJwkSetSource(provider.jwksUrl, provider.ca);
  const keys = new JwksVerificationKeys({ source, policy, clock, logger: new RecordingLogger() });
  const verify = makeVerifyToken({ verifier: new JoseTokenVerifier([{ policy, keys }]), clock });
  return { provider, verdictOn: (token: string) => verify(token as UnverifiedToken) };
}

describe("a whole identity provider", () => {
  it.each(["RS256", "PS256", "ES256", "EdDSA"])(
    "lets its users in with their access tokens of %s, unchanged",
    async (alg) => {
      const { provider, verdictOn } = await trusting(alg);

      const tokens = await provider.login("ann");

      expect(await verdictOn(tokens.access_token)).toMatchObject({
        kind: "accepted",
        identity: { userId: "ann" },
      });
    },
  );

  it("attack:D11 lets no user in with the ID token of the same login", async () => {
    const { provider, verdictOn } = await trusting("ES256");

    const tokens = await provider.login("ann");

    expect(tokens.id_token).toMatch(/^ey/);
    expect(await verdictOn(tokens.id_token)).toMatchObject({ kind: "rejected", reason: "TYPE_NOT_ALLOWED" });
  });

  it("attack:C16 lets no user in with the token of another provider that signs with the same algorithm", async () => {
    const { verdictOn } = await trusting("ES256");
    const other = await trusting("ES256");

    const { access_token } = await other.provider.login("ann");

    expect(await other.verdictOn(access_token)).toMatchObject({ kind: "accepted" });
    expect(await verdictOn(access_token)).toMatchObject({ kind: "rejected", reason: "SIGNATURE_INVALID" });
  });
});
