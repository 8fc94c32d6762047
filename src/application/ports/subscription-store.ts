import type { ConnectionId } from "../../domain/connection/connection-id.ts";
import type { EntityId } from "../../domain/subscription/entity-id.ts";
import type { Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Page } from "./connection-store.ts";

/**
 * Remembers who follows what. Every call answers within two seconds, its own retries included, or throws
 * DependencyUnavailableError; a call that threw may still have taken effect, and all of them may be repeated.
 */
export interface SubscriptionStore {
  /** Idempotent, also for what was never followed. */
  unfollow(entityId: EntityId, connectionId: ConnectionId): Promise<void>;
  /**
   * The subscriptions to an entity that are not expired at `now`, each once over all pages: strongly consistent, so that
   * whatever was acknowledged before the call is there. A page is bounded, whatever the audience.
   */
  followersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>>;
}
