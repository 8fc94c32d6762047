import type { ConnectionId } from "../../domain/connection/connection-id.ts";
import type { EntityId } from "../../domain/subscription/entity-id.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { ConnectionStore } from "../ports/connection-store.ts";
import type { SubscriptionStore } from "../ports/subscription-store.ts";

/**
 * Forgets a connection and all its subscriptions. May be repeated, and may come before the opening. `seen` is the entity
 * of a subscription that the caller has found. After an interruption the next call finishes the work, or the rest expires.
 * Throws DependencyUnavailableError.
 */
export type CloseConnection = (id: ConnectionId, seen?: EntityId) => Promise<void>;

export function makeCloseConnection(deps: {
  readonly connections: ConnectionStore;
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}): CloseConnection {
  return async (id, seen) => {
    // The connection first: after that it cannot follow anything, so the list that is read is complete.
    await deps.connections.close(id, toEpochSeconds(deps.clock.now()));
    await deps.subscriptions.unfollowAll(id, seen);
  };
}
