import type { Identity } from "../../domain/identity/identity.ts";
import { isOriginAllowed, type OriginPolicy } from "../../domain/origin-policy.ts";
import { findToken, type HandshakeCredentials, type QueryToken } from "../../domain/token/credentials.ts";
import type { PresentedToken, TokenVerdict } from "../../domain/token/verdict.ts";
import type { VerifyToken } from "./verify-token.ts";

/** The parts of a handshake that decide about it: credentials and origins. */
export type ConnectionAttempt = { readonly credentials: HandshakeCredentials; readonly origins: readonly string[] };

/** `rejected`: the caller is unknown (401). `refused`: the caller is known, and not allowed (403). */
export type ConnectionVerdict =
  | TokenVerdict
  | {
      readonly kind: "refused";
      readonly reason: "ORIGIN_NOT_ALLOWED";
      readonly identity: Identity;
      readonly token: PresentedToken;
    };

/** Decides whether a handshake is let in, and with which identity. Throws DependencyUnavailableError. */
export type AuthorizeConnection = (attempt: ConnectionAttempt) => Promise<ConnectionVerdict>;

/** Restrictions that apply to every token: where it may be sent, and the origins that may connect. */
export type AdmissionPolicy = { readonly queryToken: QueryToken; readonly origins: OriginPolicy };

export function makeAuthorizeConnection(deps: {
  readonly verifyToken: VerifyToken;
  readonly admission: AdmissionPolicy;
}): AuthorizeConnection {
  return async ({ credentials, origins }) => {
    const found = findToken(credentials, deps.admission.queryToken);
    if (found.kind === "rejected") return found;
    const verdict = await deps.verifyToken(found.token);
    if (verdict.kind === "rejected" || isOriginAllowed(origins, deps.admission.origins)) return verdict;
    const { identity, token } = verdict;
    return { kind: "refused", reason: "ORIGIN_NOT_ALLOWED", identity, token };
  };
}
