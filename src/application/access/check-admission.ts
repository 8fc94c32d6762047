import type { Identity } from "../../domain/identity/identity.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import type { PresentedToken } from "../../domain/token/verdict.ts";
import { type ConnectionLimit, isBelowLimit } from "../connections/connection-limit.ts";
import type { RevocationList } from "../ports/revocation-list.ts";
import type { Clock } from "../ports/system.ts";
import type { AuthorizeConnection, ConnectionAttempt, ConnectionVerdict } from "./authorize-connection.ts";
import { isRevoked } from "./is-revoked.ts";
import { type IssuerIds, tokenFacts } from "./token-facts.ts";

/** The verdict on a handshake, as the authorizer and then `$connect` would give it. */
export type AdmissionVerdict =
  | ConnectionVerdict
  | {
      readonly kind: "limit-reached" | "revoked";
      readonly identity: Identity;
      readonly token: PresentedToken;
    };

/** Judges a handshake without one: nothing is written, and no caller is let in. Throws DependencyUnavailableError. */
export type CheckAdmission = (attempt: ConnectionAttempt) => Promise<AdmissionVerdict>;

export function makeCheckAdmission(
  deps: ConnectionLimit & {
    readonly authorize: AuthorizeConnection;
    readonly revocations: Pick<RevocationList, "concerning">;
    readonly issuerIds: IssuerIds;
    readonly clock: Clock;
  },
): CheckAdmission {
  return async (attempt) => {
    const verdict = await deps.authorize(attempt);
    if (verdict.kind !== "accepted") return verdict;
    const { identity, token } = verdict;
    const { userId } = identity;
    const now = toEpochSeconds(deps.clock.now());
    // In the order of `$connect`, so that both refuse for the same reason.
    if (!(await isBelowLimit(userId, now, undefined, deps))) return { kind: "limit-reached", identity, token };
    const revoked = await isRevoked({ userId, token: tokenFacts(token, deps.issuerIds) }, deps);
    return revoked ? { kind: "revoked", identity, token } : verdict;
  };
}
