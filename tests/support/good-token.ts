import { CLAIM_MAPPINGS } from "../../src/domain/identity/identity.ts";
import { HS256 } from "../../src/domain/token/algorithms.ts";
import type { UnverifiedToken } from "../../src/domain/token/credentials.ts";
import type { IssuerPolicy } from "../../src/domain/token/issuer-policy.ts";
import { forgeJws } from "./forged-jws.ts";

/** Planted in place of a secret, so that a test can look for it in places that must hold no secret. */
export const SECRET_TEXT = "planted-signing-secret-0123456789abcdef";

export const AUDIENCE = "https://portcullis.example";

export const POLICY: IssuerPolicy = {
  issuer: "https://issuer.example",
  audienceClaim: "aud",
  audiences: [AUDIENCE],
  algorithms: [HS256],
  tokenType: "JWT",
  requiredClaims: [],
  requiredValues: {},
  exemptClaims: [],
  leewaySeconds: 5,
  maxLifetimeSeconds: 86_400,
  identityClaims: CLAIM_MAPPINGS.data,
  permissionsClaim: "permissions",
  userIdPrefix: "",
  foreignPrefixes: [],
};

/** Claims that POLICY accepts at `now`, in seconds. */
export function goodClaims(now: number): Record<string, unknown> {
  return {
    iss: POLICY.issuer,
    aud: AUDIENCE,
    iat: now,
    nbf: now,
    exp: now + 3600,
    jti: "6f1f9c1e-0d3a-4a52-9e51-0c7f2f1b8a10",
    data: { userId: "ann", firstName: "Ann", lastName: "Lee", sub: "auth0|ann" },
  };
}

export function goodToken(now: number, secret: string = SECRET_TEXT): UnverifiedToken {
  return forgeJws({ payload: goodClaims(now), key: secret }) as UnverifiedToken;
}
