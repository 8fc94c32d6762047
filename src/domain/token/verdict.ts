import type { Grants } from "../grants/grant.ts";
import type { Identity } from "../identity/identity.ts";
import type { TokenFacts } from "./token-facts.ts";

/** The reason for rejecting a token. It is a reason code for the log: callers learn only that they are unauthorized. */
export type RejectionReason =
  // The request
  | "TOKEN_MISSING"
  | "TOKEN_REPEATED"
  | "SUBPROTOCOLS_MALFORMED"
  | "AUTHORIZATION_MALFORMED"
  | "QUERY_TOKEN_REFUSED"
  // The token's shape (RFC 7515)
  | "TOKEN_TOO_LARGE"
  | "TOKEN_MALFORMED"
  | "HEADER_NOT_ALLOWED"
  | "ALGORITHM_NOT_ALLOWED"
  | "TYPE_NOT_ALLOWED"
  // The signature
  | "SIGNATURE_INVALID"
  // The claims (RFC 7519 section 4.1)
  | "EXPIRY_INVALID"
  | "EXPIRED"
  | "LIFETIME_TOO_LONG"
  | "NOT_BEFORE_INVALID"
  | "NOT_YET_VALID"
  | "ISSUED_AT_INVALID"
  | "ISSUED_IN_THE_FUTURE"
  | "ISSUER_NOT_ALLOWED"
  | "AUDIENCE_NOT_ALLOWED"
  | "TOKEN_USE_NOT_ALLOWED"
  | "TOKEN_ID_INVALID"
  | "IDENTITY_INVALID"
  | "SUBJECT_MISMATCH"
  | "GRANTS_INVALID"
  | "GRANTS_TOO_LARGE";

/** The facts about a token, with its issuer as `iss` spells it. */
export type PresentedToken = Omit<TokenFacts, "issuer"> & { readonly issuer: string };

export type Rejection = { readonly kind: "rejected"; readonly reason: RejectionReason };

export type TokenVerdict =
  | {
      readonly kind: "accepted";
      readonly identity: Identity;
      readonly token: PresentedToken;
      readonly grants: Grants;
    }
  | (Rejection & {
      /** For the log. Absent if the signature was not verified: no claim is known then. */
      readonly verified?: Pick<PresentedToken, "issuer" | "tokenId">;
    });

export function rejected(reason: RejectionReason): Rejection {
  return { kind: "rejected", reason };
}
