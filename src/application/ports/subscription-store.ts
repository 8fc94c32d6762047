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
 * - `unfollowed`: whoever asks `followersOf` from now on does not see it, until it is followed again.
 * - `not-connected`: the user has no live connection of that id.
 */
export type UnfollowOutcome = "unfollowed" | "not-connected";

/** Whose subscription to what. */
export type Followed = Pick<Subscription, "entityId" | "connectionId" | "userId">;

/**
 * Remembers who follows what. `follow` and `unfollow` answer within five seconds, also the last of a hundred that one
 * connection sends at once, each other call within two, its own retries included; or they throw
 * DependencyUnavailableError. All may be repeated.
 *
 * Calls of `follow` and `unfollow` for one connection take effect as if one came after the other: those that overlap in
 * either order, the others in theirs. One that threw takes effect whole or not at all, perhaps later, but never after a
 * later one has answered `following` or `unfollowed`. A refusal leaves nothing behind.
 */
export interface SubscriptionStore {
  /**
   * Idempotent: following once more is `following`, whatever the limit. No concurrency and no fault brings a connection
   * over its limit. Racing a `close` it is either refused or removed by the `unfollowAll` that comes after it.
   */
  follow(subscription: Subscription, now: EpochSeconds, limit: number): Promise<FollowOutcome>;
  /** Idempotent: what was never followed is `unfollowed`. */
  unfollow(followed: Followed, now: EpochSeconds): Promise<UnfollowOutcome>;
  /**
   * For a closed connection: removes all that it follows, and its subscription to `seen`, of which a caller knows from
   * elsewhere. In steps of which each has the two seconds; to be repeated when it throws, and it goes on from there.
   */
  unfollowAll(connectionId: ConnectionId, seen?: EntityId): Promise<void>;
  /**
   * The subscriptions to an entity that are not expired at `now`, each once over all pages: strongly consistent, so that
   * whatever was acknowledged before the call is there. A page is bounded, whatever the audience.
   */
  followersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>>;
  /** Those of at most 500 connections whose subscription to an entity is there and not expired at `now`, as strongly. */
  followersAmong(ids: readonly ConnectionId[], entityId: EntityId, now: EpochSeconds): Promise<readonly Subscription[]>;
}
