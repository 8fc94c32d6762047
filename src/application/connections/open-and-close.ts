import { type Connection, type ConnectionId, connectionExpiry } from "../../domain/connection/connection.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import { isRevoked } from "../access/is-revoked.ts";
import type { ConnectionStore, OpenOutcome } from "../ports/connection-store.ts";
import type { RevocationList } from "../ports/revocation-list.ts";
import type { SubscriptionStore } from "../ports/subscription-store.ts";
import type { Clock } from "../ports/system.ts";
import { isBelowLimit } from "./connection-limit.ts";

/** The facts about a new connection that the gateway and the authorizer supply. */
export type OpeningConnection = Omit<Connection, "expiresAt"> & { readonly grants: Grants };

/**
 * - `limit-reached`: the user has as many live connections as one may. Nothing was written.
 * - `revoked`: the token counts no longer. The connection is closed again.
 */
export type OpeningOutcome = OpenOutcome | "limit-reached" | "revoked";

/** Remembers a connection. Anything but `stored` must refuse the handshake. Throws DependencyUnavailableError. */
export type OpenConnection = (opening: OpeningConnection) => Promise<OpeningOutcome>;

export function makeOpenConnection(deps: {
  readonly connections: Pick<ConnectionStore, "open" | "close" | "countLive">;
  readonly revocations: Pick<RevocationList, "concerning">;
  readonly clock: Clock;
  /** The most live connections of one user; 0 for no limit. */
  readonly limit: number;
}): OpenConnection {
  const { connections, clock } = deps;
  // Without an effect of its own a failure to close changes nothing: the handshake is refused, and the record ends.
  const closeAgain = (id: ConnectionId) => connections.close(id, toEpochSeconds(clock.now())).catch(() => undefined);
  return async ({ grants, ...opening }) => {
    const { id, identity, connectedAt, token } = opening;
    const { userId } = identity;
    if (!(await isBelowLimit(userId, toEpochSeconds(clock.now()), id, deps))) return "limit-reached";
    const expiresAt = connectionExpiry(connectedAt, token.expiresAt);
    const outcome = await connections.open({ ...opening, expiresAt }, grants);
    if (outcome !== "stored") return outcome;
    // After the write: a revocation from now on finds the record, and one from before is in the list.
    try {
      if (!(await isRevoked({ userId, token }, deps))) return outcome;
    } catch (error) {
      await closeAgain(id);
      throw error;
    }
    await closeAgain(id);
    return "revoked";
  };
}

/**
 * Forgets a connection and all its subscriptions. May be repeated, and may come before the opening. `seen` is the
 * entity of a subscription that the caller found. After an interruption the next call finishes the work, or the rest
 * expires. Throws DependencyUnavailableError.
 */
export type CloseConnection = (id: ConnectionId, seen?: EntityId) => Promise<void>;

export function makeCloseConnection(deps: {
  readonly connections: ConnectionStore;
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}): CloseConnection {
  return async (id, seen) => {
    // The connection is closed first. It can then no longer subscribe, so the list of subscriptions is complete.
    await deps.connections.close(id, toEpochSeconds(deps.clock.now()));
    await deps.subscriptions.unsubscribeAll(id, seen);
  };
}
