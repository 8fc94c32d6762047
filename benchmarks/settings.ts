import { forgeJws } from "../tests/support/forged-jws.ts";
import { goodClaims } from "../tests/support/good-token.ts";
import { LOCAL_SETTINGS as settings } from "../tests/support/settings.ts";
import { newPair, published, signJws } from "../tests/support/signed-jws.ts";

export const SECRET = "benchmark-signing-secret-0123456789abcdef";

/** The settings of a deployment, with in-process stores and secrets. */
export const LOCAL_SETTINGS = { ...settings, JWT_SECRET: SECRET, LOG_LEVEL: "INFO" } as const;

type TokenOf = {
  readonly key?: string;
  readonly at?: number;
  readonly seconds?: number;
  readonly userId?: string;
  readonly permissions?: readonly string[];
};

/** A token as issuers of these settings write it, good for an hour unless a caller says another time. */
export function signedToken({
  key = SECRET,
  at = Date.now(),
  seconds = 3600,
  userId,
  permissions,
}: TokenOf = {}): string {
  const now = Math.floor(at / 1000);
  const audience = { iss: LOCAL_SETTINGS.TOKEN_ISSUER, aud: LOCAL_SETTINGS.TOKEN_AUDIENCE };
  const claims = {
    ...{ exp: now + seconds, ...audience },
    ...(userId !== undefined && { data: { userId } }),
    ...(permissions !== undefined && { permissions }),
  };
  return forgeJws({ payload: { ...goodClaims(now), ...claims }, key });
}

/** An identity provider that publishes its keys, and one of its tokens, good for an hour. */
export function makeProvider(alg: string) {
  const { publicKey, privateKey } = newPair(alg);
  const issuer = "https://provider.example";
  const audience = "portcullis";
  const now = Math.floor(Date.now() / 1000);
  const payload = { iss: issuer, aud: audience, sub: "ann", iat: now, exp: now + 3600, jti: "6f1f9c1e" };
  return {
    ...{ alg, issuer, audience },
    jwks: { keys: [published(publicKey, { kid: "1", alg })] },
    token: signJws({ alg, key: privateKey, header: { typ: "JWT", kid: "1" }, payload }),
  };
}
