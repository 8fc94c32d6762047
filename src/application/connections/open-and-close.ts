import { type Connection, type ConnectionId, connectionExpiry } from "../../domain/connection/connection.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import type { ConnectionStore, OpenOutcome } from "../ports/connection-store.ts";
import type { SubscriptionStore } from "../ports/subscription-store.ts";
import type { Clock } from "../ports/system.ts";

/** The facts about a new connection that the gateway and the authorizer supply. */
export type OpeningConnection = Omit<Connection, "expiresAt">;

/** Remembers a connection. Anything but `stored` must refuse the handshake. Throws DependencyUnavailableError. */
export type OpenConnection = (opening: OpeningConnection) => Promise<OpenOutcome>;

export function makeOpenConnection(deps: { readonly connections: ConnectionStore }): OpenConnection {
  return (opening) =>
    deps.connections.open({ ...opening, expiresAt: connectionExpiry(opening.connectedAt, opening.token.expiresAt) });
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
