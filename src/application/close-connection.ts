import type { ConnectionId } from "../domain/connection/connection-id.ts";
import type { EntityId } from "../domain/subscription/entity-id.ts";
import { toEpochSeconds } from "../domain/time.ts";
import type { Clock } from "./ports/clock.ts";
import type { ConnectionStore } from "./ports/connection-store.ts";
import type { SubscriptionStore } from "./ports/subscription-store.ts";

/**
 * Forgets a connection and all that it followed, however often and in whatever order it is told; `seen` is a
 * subscription of which the caller knows that it is there. Interrupted, it is finished by the next call, or by the
 * expiry of what it left. Throws DependencyUnavailableError.
 */
export type CloseConnection = (id: ConnectionId, seen?: EntityId) => Promise<void>;

export function makeCloseConnection(deps: {
  readonly connections: ConnectionStore;
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}): CloseConnection {
  return async (id, seen) => {
    // The connection first: from then on nothing new can be followed, so that what is found is all there is.
    await deps.connections.close(id, toEpochSeconds(deps.clock.now()));
    await deps.subscriptions.unfollowAll(id, seen);
  };
}
