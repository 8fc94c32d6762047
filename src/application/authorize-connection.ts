import { toEpochSeconds } from "../domain/time.ts";
import { judgeClaims } from "../domain/token/judge-claims.ts";
import type { UnverifiedToken } from "../domain/token/presented-token.ts";
import type { TokenPolicy } from "../domain/token/token-policy.ts";
import type { TokenVerdict } from "../domain/token/token-verdict.ts";
import type { Clock } from "./ports/clock.ts";
import type { TokenVerifier } from "./ports/token-verifier.ts";

/** Whether the bearer of a token is let in, and as whom. Throws DependencyUnavailableError. */
export type AuthorizeConnection = (token: UnverifiedToken) => Promise<TokenVerdict>;

export function makeAuthorizeConnection(deps: {
  readonly verifier: TokenVerifier;
  readonly policy: TokenPolicy;
  readonly clock: Clock;
}): AuthorizeConnection {
  return async (token) => {
    const verified = await deps.verifier.verify(token);
    if (verified.kind === "rejected") return verified;
    return judgeClaims(verified.claims, deps.policy, toEpochSeconds(deps.clock.now()));
  };
}
