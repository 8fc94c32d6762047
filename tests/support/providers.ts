import { HmacVerificationKeys } from "../../src/adapters/jose/hmac-keys.ts";
import { JoseTokenVerifier } from "../../src/adapters/jose/jose-token-verifier.ts";
import { InlineVerificationKeys } from "../../src/adapters/jose/jwks-keys.ts";
import { makeVerifyToken } from "../../src/application/access/verify-token.ts";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { UnverifiedToken } from "../../src/domain/token/credentials.ts";
import { type ConfiguredIssuer, parseIssuers } from "../../src/domain/token/issuer-configuration.ts";
import type { TokenVerdict } from "../../src/domain/token/verdict.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { RotatingSigningSecrets } from "../fakes/rotating-signing-secrets.ts";
import { SECRET_TEXT } from "./good-token.ts";

/** Long enough for HS512. */
export const LONG_SECRET = SECRET_TEXT + SECRET_TEXT.toUpperCase();

export const LIMITS = { leewaySeconds: 5, maxLifetimeSeconds: 86_400 };

/** The issuers of a document; fails the test if it is refused. */
export function configured(...issuers: readonly unknown[]): readonly ConfiguredIssuer[] {
  const parsed = parseIssuers({ issuers }, LIMITS);
  if (parsed.kind === "refused") throw new Error(parsed.problems.join("; "));
  return parsed.issuers;
}

/** The verifier of issuers whose keys stand in their entries, or are these secrets. */
export function verifierOf(
  issuers: readonly ConfiguredIssuer[],
  secrets: SigningSecrets = new RotatingSigningSecrets([new Secret(LONG_SECRET)]),
): JoseTokenVerifier {
  return new JoseTokenVerifier(
    issuers.map(({ policy, keys }) => ({
      policy,
      keys:
        keys.kind === "published"
          ? new InlineVerificationKeys(keys.keys)
          : new HmacVerificationKeys(secrets, policy.algorithms[0]),
    })),
  );
}

/** The decision on a token at a moment, in seconds. */
export function verdictsOf(now: number, ...issuers: readonly unknown[]): (token: string) => Promise<TokenVerdict> {
  const verify = makeVerifyToken({ verifier: verifierOf(configured(...issuers)), clock: new FixedClock(now * 1000) });
  return (token) => verify(token as UnverifiedToken);
}
