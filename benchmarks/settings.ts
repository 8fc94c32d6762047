import { forgeJws } from "../tests/support/forged-jws.ts";
import { goodClaims } from "../tests/support/good-token.ts";
import { LOCAL_SETTINGS as settings } from "../tests/support/settings.ts";

export const SECRET = "benchmark-signing-secret-0123456789abcdef";

/** The settings of a deployment, with in-process stores and secrets. */
export const LOCAL_SETTINGS = { ...settings, JWT_SECRET: SECRET, LOG_LEVEL: "INFO" } as const;

/** A token as issuers of these settings write it, good for an hour. */
export function signedToken({ key = SECRET, at = Date.now() } = {}): string {
  const now = Math.floor(at / 1000);
  const audience = { iss: LOCAL_SETTINGS.TOKEN_ISSUER, aud: LOCAL_SETTINGS.TOKEN_AUDIENCE };
  return forgeJws({ payload: { ...goodClaims(now), ...audience }, key });
}
