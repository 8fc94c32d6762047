import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Page } from "./connection-store.ts";

/**
 * - `following`: every later call of `followersOf` shows it, until it is unfollowed, closed or expired.
 * - `not-connected`: the user has no live connection of that id.
 * - `limit-reached`: the connection follows as many entities as it may, and this one is not among them.
 */
export type FollowOutcome = "following" | "not-connected" | "limit-reached";

/**
 * - `unfollowed`: no later call of `followersOf` shows it, until it is followed again.
 * - `not-connected`: the user has no live connection of that id.
 */
export type UnfollowOutcome = "unfollowed" | "not-connected";

/** Names a subscription, and its user. */
export type Followed = Pick<Subscription, "entityId" | "connectionId" | "userId">;

/**
 * Remembers which connection follows which entity. `follow` and `unfollow` answer within five seconds, even the last of a
 * hundred that one connection sends at once; the other calls answer within two, retries included. Otherwise they throw
 * DependencyUnavailableError. All may be repeated.
 *
 * Calls of `follow` and `unfollow` for one connection take effect one after the other: in the order of the calls, or in
 * either order if they overlap. A call that threw has its whole effect or none, perhaps later, but never after a later
 * call answered `following` or `unfollowed`. A refusal leaves nothing behind.
 */
export interface SubscriptionStore {
  /**
   * Idempotent: following once more is `following`, whatever the limit. No concurrency and no fault brings a connection
   * over its limit. During a `close` it is either refused, or removed by the `unfollowAll` after it.
   */
  follow(subscription: Subscription, now: EpochSeconds, limit: number): Promise<FollowOutcome>;
  /** Idempotent: an entity that is not followed is `unfollowed`. */
  unfollow(followed: Followed, now: EpochSeconds): Promise<UnfollowOutcome>;
  /**
   * For a closed connection: removes its subscriptions, and the one to `seen`, which the caller has found. Works in steps
   * of up to two seconds each. If it throws, a repeated call continues.
   */
  unfollowAll(connectionId: ConnectionId, seen?: EntityId): Promise<void>;
  /**
   * The subscriptions to an entity that are not expired at `now`, each once over all pages: strongly consistent, so that
   * whatever was acknowledged before the call is there. A page is bounded, whatever the audience.
   */
  followersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>>;
  /** An entity's subscriptions among at most 500 connections, not expired at `now`, each once: strongly consistent. */
  followersAmong(ids: readonly ConnectionId[], entityId: EntityId, now: EpochSeconds): Promise<readonly Subscription[]>;
}
