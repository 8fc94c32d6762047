import { isOriginAllowed, type OriginPolicy } from "../../domain/origin-policy.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import { judgeClaims } from "../../domain/token/claims.ts";
import { findToken, type HandshakeCredentials, type QueryToken } from "../../domain/token/credentials.ts";
import type { IssuerPolicy } from "../../domain/token/issuer-policy.ts";
import type { TokenVerdict } from "../../domain/token/verdict.ts";
import type { Clock } from "../ports/system.ts";
import type { TokenVerifier } from "../ports/tokens.ts";

/** What a handshake shows of its sender. */
export type ConnectionAttempt = { readonly credentials: HandshakeCredentials; readonly origins: readonly string[] };

/** `rejected`: the caller is unknown (401). `refused`: the caller is known, and not allowed (403). */
export type ConnectionVerdict = TokenVerdict | { readonly kind: "refused"; readonly reason: "ORIGIN_NOT_ALLOWED" };

/** Whether the sender of a handshake is let in, and as whom. Throws DependencyUnavailableError. */
export type AuthorizeConnection = (attempt: ConnectionAttempt) => Promise<ConnectionVerdict>;

/** Who may try at all, whatever the token says. */
export type AdmissionPolicy = { readonly queryToken: QueryToken; readonly origins: OriginPolicy };

export function makeAuthorizeConnection(deps: {
  readonly verifier: TokenVerifier;
  readonly admission: AdmissionPolicy;
  readonly policy: IssuerPolicy;
  readonly clock: Clock;
}): AuthorizeConnection {
  return async ({ credentials, origins }) => {
    const found = findToken(credentials, deps.admission.queryToken);
    if (found.kind === "rejected") return found;
    const verified = await deps.verifier.verify(found.token);
    if (verified.kind === "rejected") return verified;
    const verdict = judgeClaims(verified.claims, deps.policy, toEpochSeconds(deps.clock.now()));
    if (verdict.kind === "rejected" || isOriginAllowed(origins, deps.admission.origins)) return verdict;
    return { kind: "refused", reason: "ORIGIN_NOT_ALLOWED" };
  };
}
