import { toEpochSeconds } from "../../domain/time.ts";
import { judgeClaims } from "../../domain/token/claims.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
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
    return judgeClaims(verified.claims, verified.policy, toEpochSeconds(deps.clock.now()));
  };
}
