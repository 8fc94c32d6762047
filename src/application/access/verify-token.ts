import { toEpochSeconds } from "../../domain/time.ts";
import { judgeClaims } from "../../domain/token/claims.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
import type { TokenVerdict } from "../../domain/token/verdict.ts";
import type { Clock } from "../ports/system.ts";
import type { TokenVerifier } from "../ports/tokens.ts";

/** Whether a token is good now, and whose it is: the signature first, then its claims. Throws DependencyUnavailableError. */
export type VerifyToken = (token: UnverifiedToken) => Promise<TokenVerdict>;

export function makeVerifyToken(deps: { readonly verifier: TokenVerifier; readonly clock: Clock }): VerifyToken {
  return async (token) => {
    const verified = await deps.verifier.verify(token);
    if (verified.kind === "rejected") return verified;
    // After the verification: a request for keys takes time, in which a token may end.
    return judgeClaims(verified.claims, verified.policy, toEpochSeconds(deps.clock.now()));
  };
}
