import type { PlainObject } from "../../domain/plain-object.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
import type { Rejection } from "../../domain/token/verdict.ts";

/** `verified` says that a trusted key signed exactly these claims, and nothing about what they say. */
export type VerifiedToken = { readonly kind: "verified"; readonly claims: PlainObject } | Rejection;

/**
 * Checks shape, algorithm and signature. Rejects before any key is loaded what cannot be a token. Throws
 * DependencyUnavailableError, and never rejects, when the keys cannot be had or used.
 */
export interface TokenVerifier {
  verify(token: UnverifiedToken): Promise<VerifiedToken>;
}

/** Signs with the current secret. Throws DependencyUnavailableError when it cannot be had. */
export interface TokenSigner {
  sign(claims: PlainObject): Promise<string>;
}
