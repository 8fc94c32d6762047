import type { PlainObject } from "../../domain/plain-object.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
import type { TokenHeader } from "../../domain/token/header.ts";
import type { IssuerPolicy } from "../../domain/token/issuer-policy.ts";
import type { Rejection } from "../../domain/token/verdict.ts";

/** `verified`: a key of the policy's issuer signed exactly these claims. Their content has not been judged. */
export type VerifiedToken =
  | { readonly kind: "verified"; readonly claims: PlainObject; readonly policy: IssuerPolicy }
  | Rejection;

/**
 * Checks shape, header and signature, and returns the policy that must judge the claims. A token that cannot be from a
 * configured issuer is rejected before any key is requested. Throws DependencyUnavailableError, and never rejects, if
 * the keys cannot be read or used.
 */
export interface TokenVerifier {
  verify(token: UnverifiedToken): Promise<VerifiedToken>;
}

/** The keys of one issuer, in the form that the verifier's library uses. */
export interface VerificationKeys<Key> {
  /**
   * The keys that may have signed a token with this header, the likeliest first. A verifier asks for the next key only
   * if no earlier key fits, so a request for new keys comes last. Each key has the header's algorithm and comes once.
   * Throws DependencyUnavailableError if a key that may fit could not be read.
   */
  candidates(header: TokenHeader): AsyncIterable<Key>;
}

/** Signs with the current secret. Throws DependencyUnavailableError if the secret cannot be read. */
export interface TokenSigner {
  sign(claims: PlainObject): Promise<string>;
}
