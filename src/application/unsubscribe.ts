import type { ConnectionId } from "../domain/connection/connection-id.ts";
import type { EntityId } from "../domain/subscription/entity-id.ts";
import type { SubscriptionStore } from "./ports/subscription-store.ts";

/** Lets a connection, and no other, stop following an entity. Throws DependencyUnavailableError. */
export type Unsubscribe = (entityId: EntityId, connectionId: ConnectionId) => Promise<void>;

export function makeUnsubscribe(deps: { readonly subscriptions: SubscriptionStore }): Unsubscribe {
  return (entityId, connectionId) => deps.subscriptions.unfollow(entityId, connectionId);
}
