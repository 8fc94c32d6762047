import type { IdentityClaims } from "../identity/identity.ts";

/** What a token must say to be let in. No field is optional: a check that is not wanted has to be spelled out. */
export type IssuerPolicy = {
  /** The exact `iss`. */
  readonly issuer: string;
  /** The exact `aud`, or a member of it where `aud` is an array. */
  readonly audience: string;
  /** Seconds of clock skew granted to `nbf` and `iat`, never to `exp`; 0 to 60. */
  readonly leewaySeconds: number;
  /** The furthest in the future that `exp` may lie, in seconds: bounds what a token stolen today is worth. */
  readonly maxLifetimeSeconds: number;
  readonly identityClaims: IdentityClaims;
};
