import type { IdentityClaims } from "../identity/identity.ts";

/** A signature algorithm (RFC 7518 section 3.1). */
export type Algorithm = {
  /** The exact `alg`. */
  readonly name: string;
  /** A signature of another length is refused without a key. Absent where the length depends on the key, as with RSA. */
  readonly signatureBytes?: number;
};

export const HS256 = { name: "HS256", signatureBytes: 32 } as const satisfies Algorithm;

/** What a token of one issuer must say to be let in. No field is optional: a check that is not wanted has to be spelled out. */
export type IssuerPolicy = {
  /** The exact `iss`. */
  readonly issuer: string;
  /** The exact `aud`, or a member of it where `aud` is an array. */
  readonly audience: string;
  /** The algorithms of the issuer's keys; others are refused (RFC 8725 3.1). */
  readonly algorithms: readonly Algorithm[];
  /** Seconds of clock skew granted to `nbf` and `iat`, never to `exp`; 0 to 60. */
  readonly leewaySeconds: number;
  /** How far `exp` may lie in the future, in seconds: bounds the time in which a stolen token is of use. */
  readonly maxLifetimeSeconds: number;
  readonly identityClaims: IdentityClaims;
};
