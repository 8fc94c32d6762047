import { ownProperty } from "../../domain/plain-object.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import { judgeClaims } from "../../domain/token/claims.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
import { parseTokenId } from "../../domain/token/token-facts.ts";
import type { TokenVerdict } from "../../domain/token/verdict.ts";
import type { Clock } from "../ports/system.ts";
import type { TokenVerifier } from "../ports/tokens.ts";

/**
 * Decides whether a token is valid now, and for which user: first its signature, then its claims. Throws
 * DependencyUnavailableError.
 */
export type VerifyToken = (token: UnverifiedToken) => Promise<TokenVerdict>;

export function makeVerifyToken(deps: { readonly verifier: TokenVerifier; readonly clock: Clock }): VerifyToken {
  return async (token) => {
    const verified = await deps.verifier.verify(token);
    if (verified.kind === "rejected") return verified;
    // The clock is read after the verification: a token may expire while keys are requested.
    const { claims, policy } = verified;
    const verdict = judgeClaims(claims, policy, toEpochSeconds(deps.clock.now()));
    if (verdict.kind === "accepted") return verdict;
    const tokenId = parseTokenId(ownProperty(claims, "jti"));
    return { ...verdict, verified: { issuer: policy.issuer, ...(tokenId !== undefined && { tokenId }) } };
  };
}
