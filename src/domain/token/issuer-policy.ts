import type { ClaimMapping } from "../identity/identity.ts";
import type { Algorithm } from "./algorithms.ts";

/**
 * The header's `typ` (RFC 8725 3.11). `JWT`: this type, or none. `at+jwt`: this type (RFC 9068 2.1), or the token is
 * none for access.
 */
export type TokenType = "JWT" | "at+jwt";

/** The claim in which Auth0, for one, writes what a user may do. */
export const DEFAULT_PERMISSIONS_CLAIM = "permissions";

export const TOKEN_TYPES = ["JWT", "at+jwt"] as const satisfies readonly TokenType[];

/**
 * The conditions that a token of one issuer must meet. No member is optional, so leaving out a check must be spelled
 * out.
 */
export type IssuerPolicy = {
  /** The exact value of `iss`. */
  readonly issuer: string;
  /** The claim that says for whom the token is. Cognito's access tokens have no `aud`. */
  readonly audienceClaim: "aud" | "client_id";
  /** The exact value of that claim is one of these. An `aud` that is an array has one of them as a member. */
  readonly audiences: readonly [string, ...string[]];
  /** The algorithms of the issuer's keys, all of one family; others are refused (RFC 8725 3.1). */
  readonly algorithms: readonly [Algorithm, ...Algorithm[]];
  readonly tokenType: TokenType;
  /** Claims that must be there, since the issuer's tokens for other purposes lack them. */
  readonly requiredClaims: readonly string[];
  /** Claims that must have exactly this value, by which the issuer tells its kinds of tokens apart. */
  readonly requiredValues: Readonly<Record<string, string>>;
  /** Claims that mark tokens for other purposes, and that this issuer writes into its access tokens too. */
  readonly exemptClaims: readonly string[];
  /** Seconds of clock skew allowed for `nbf` and `iat`, never for `exp`; 0 to 60. */
  readonly leewaySeconds: number;
  /**
   * The most seconds from `iat`, or from now without it, to `exp`. It limits the time in which a stolen token is
   * usable, and the time for which a revocation must be remembered.
   */
  readonly maxLifetimeSeconds: number;
  /** Where the user stands in the claims. */
  readonly identityClaims: ClaimMapping;
  /** The claim that holds the grants of the token. */
  readonly permissionsClaim: string;
  /** Stands before the id in the claim. Two issuers may give one id to two users. */
  readonly userIdPrefix: string;
  /** Beginnings of other issuers' user ids. A user id of this issuer must begin with none of them. */
  readonly foreignPrefixes: readonly string[];
};
