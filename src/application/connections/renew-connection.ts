import type { ConnectionId } from "../../domain/connection/connection.ts";
import { reviewTask } from "../../domain/connection/ending-task.ts";
import { type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import type { UnverifiedToken } from "../../domain/token/credentials.ts";
import type { PresentedToken, RejectionReason } from "../../domain/token/verdict.ts";
import { isRevoked } from "../access/is-revoked.ts";
import { type GrantsIds, type IssuerIds, tokenFacts } from "../access/token-facts.ts";
import type { VerifyToken } from "../access/verify-token.ts";
import type { ConnectionRenewals, PreviousToken, Renewal } from "../ports/connection-renewals.ts";
import type { Absence } from "../ports/connection-store.ts";
import type { DelayedTask, EndingTasks } from "../ports/ending-tasks.ts";
import type { RevocationList } from "../ports/revocation-list.ts";
import type { Clock } from "../ports/system.ts";

/** A token that a client presents on its open connection. The gateway supplies the rest. */
export type PresentedRenewal = Omit<Renewal, "token" | "grants"> & {
  /** The issuer of the handshake's token. Absent for a connection that an older version opened. */
  readonly issuer?: string;
  readonly token: UnverifiedToken;
};

/**
 * - `refused`: the token does not count here. Nothing has changed.
 * - `user-changed`: the token is another user's or another issuer's. Nothing has changed.
 * `token` is there as soon as it is verified.
 */
export type RenewalOutcome =
  | { readonly kind: "renewed"; readonly now: EpochSeconds; readonly token: PresentedToken }
  | { readonly kind: "refused"; readonly reason: RenewalRefusal; readonly token?: PresentedToken }
  | { readonly kind: "user-changed" | "stale" | Absence; readonly token: PresentedToken };

export type RenewalRefusal = RejectionReason | "REVOKED" | "ENDS_NO_LATER";

/**
 * Moves the end of an open connection to that of a newer token of its user. Only `renewed` may be acknowledged. Throws
 * DependencyUnavailableError.
 */
export type RenewConnection = (presented: PresentedRenewal) => Promise<RenewalOutcome>;

type RenewalPorts = {
  readonly verifyToken: VerifyToken;
  readonly renewals: ConnectionRenewals;
  readonly revocations: Pick<RevocationList, "concerning">;
  readonly tasks: Pick<EndingTasks, "defer">;
  readonly issuerIds: IssuerIds;
  readonly grantsIds: GrantsIds;
  readonly clock: Clock;
};

/**
 * The subscriptions of a connection whose grants change are reviewed this long after the renewal begins: soon, after the
 * longest time that its write can take, and after the longest time until it is taken back.
 */
const REVIEWS_AFTER_SECONDS = [1, 4, 8];

export function makeRenewConnection(deps: RenewalPorts): RenewConnection {
  const { verifyToken, renewals, tasks, issuerIds, grantsIds, clock } = deps;
  return async ({ token: text, issuer, ...connection }) => {
    const verdict = await verifyToken(text);
    if (verdict.kind === "rejected") return { kind: "refused", reason: verdict.reason };
    const { token } = verdict;
    if (verdict.identity.userId !== connection.userId || (issuer !== undefined && issuer !== token.issuer)) {
      return { kind: "user-changed", token };
    }
    const { grants } = verdict;
    const grantsId = grantsIds(grants);
    const facts = { ...tokenFacts(token, issuerIds), ...(grantsId !== undefined && { grants: grantsId }) };
    const renewal = { ...connection, token: facts, grants };
    if (await isRevoked(renewal, deps)) return { kind: "refused", reason: "REVOKED", token };
    const now = toEpochSeconds(clock.now());
    // Before the write: a crash after it must not leave subscriptions that the new token does not allow.
    const outcome = await renewals.renew(renewal, now, () => tasks.defer(reviewsOf(connection.connectionId)));
    if (outcome.kind === "ends-no-later") return { kind: "refused", reason: "ENDS_NO_LATER", token };
    if (outcome.kind !== "renewed") return { kind: outcome.kind, token };
    // After the write: a revocation from now on finds the new token in the record, and one from before is in the list.
    if (await isRevokedMeanwhile(renewal, outcome.previous, deps)) return { kind: "refused", reason: "REVOKED", token };
    return { kind: "renewed", now, token };
  };
}

function reviewsOf(id: ConnectionId): readonly DelayedTask[] {
  const task = reviewTask([id]);
  return REVIEWS_AFTER_SECONDS.map((delaySeconds) => ({ task, delaySeconds }));
}

/** Takes the renewal back also if the list cannot be read: the token that it kept might be a revoked one. */
async function isRevokedMeanwhile(
  renewal: Renewal,
  previous: PreviousToken,
  { renewals, revocations }: Pick<RenewalPorts, "renewals" | "revocations">,
): Promise<boolean> {
  try {
    if (!(await isRevoked(renewal, { revocations }))) return false;
  } catch (error) {
    await renewals.takeBack(renewal, previous).catch(() => undefined);
    throw error;
  }
  await renewals.takeBack(renewal, previous);
  return true;
}
