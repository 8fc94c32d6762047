import type { ConnectionId } from "../../domain/connection/connection-id.ts";
import type { EntityId } from "../../domain/subscription/entity-id.ts";
import type { Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Page } from "./connection-store.ts";

/**
 * - `following`: whoever asks `followersOf` from now on sees it, until it is unfollowed, closed or expired.
 * - `not-connected`: the user has no live connection of that id.
 * - `limit-reached`: the connection follows as many entities as it may, and this one is not among them.
 */
export type FollowOutcome = "following" | "not-connected" | "limit-reached";

/**
 * Remembers who follows what. Every call answers within two seconds, its own retries included, or throws
 * DependencyUnavailableError; a call that threw may still have taken effect, and all of them may be repeated.
 */
export interface SubscriptionStore {
  /**
   * Idempotent: following once more is `following`, whatever the limit. A refusal leaves nothing behind, and no
   * concurrency brings a connection over its limit. Racing a `close` it is either refused or among what `close` answers.
   */
  follow(subscription: Subscription, now: EpochSeconds, limit: number): Promise<FollowOutcome>;
  /** Idempotent, also for what was never followed. */
  unfollow(entityId: EntityId, connectionId: ConnectionId): Promise<void>;
  /**
   * For a closed connection: removes its subscriptions to all of these, in batches of which each has the two seconds. To
   * be repeated when it throws.
   */
  unfollowAll(entityIds: readonly EntityId[], connectionId: ConnectionId): Promise<void>;
  /**
   * The subscriptions to an entity that are not expired at `now`, each once over all pages: strongly consistent, so that
   * whatever was acknowledged before the call is there. A page is bounded, whatever the audience.
   */
  followersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>>;
}
