import type { IdentityClaims } from "../identity/identity.ts";

/** A signature algorithm (RFC 7518 section 3.1). */
export type Algorithm = {
  /** The exact value of `alg`. */
  readonly name: string;
  /** A signature of another length is refused without a key. Absent if the length depends on the key, as with RSA. */
  readonly signatureBytes?: number;
};

export const HS256 = { name: "HS256", signatureBytes: 32 } as const satisfies Algorithm;

/**
 * The conditions that a token of one issuer must meet. No member is optional, so leaving out a check must be spelled
 * out.
 */
export type IssuerPolicy = {
  /** The exact value of `iss`. */
  readonly issuer: string;
  /** The exact value of `aud`, or one member of it if `aud` is an array. */
  readonly audience: string;
  /** The algorithms of the issuer's keys; others are refused (RFC 8725 3.1). */
  readonly algorithms: readonly Algorithm[];
  /** Seconds of clock skew allowed for `nbf` and `iat`, never for `exp`; 0 to 60. */
  readonly leewaySeconds: number;
  /** The most seconds from now to `exp`: it limits the time in which a stolen token is usable. */
  readonly maxLifetimeSeconds: number;
  readonly identityClaims: IdentityClaims;
};
