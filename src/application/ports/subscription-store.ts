import type { ConnectionId, ConnectionLifetime } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Absence, Page } from "./connection-store.ts";

/**
 * - `subscribed`: every later call of `subscribersOf` returns it, until it is unsubscribed, closed or expired.
 * - `limit-reached`: the connection has as many subscriptions as it may, and none to this entity.
 * - an Absence: the user has no live connection of that id.
 */
export type StoreSubscribeOutcome = "subscribed" | "limit-reached" | Absence;

/**
 * - `unsubscribed`: no later call of `subscribersOf` returns it, until the next `subscribe`.
 * - an Absence: the user has no live connection of that id.
 */
export type StoreUnsubscribeOutcome = "unsubscribed" | Absence;

/** The names of a subscription's connection, entity and user. */
export type SubscriptionReference = Omit<Subscription, keyof ConnectionLifetime>;

/**
 * Remembers the subscriptions of connections to entities. `subscribe` and `unsubscribe` respond within five seconds,
 * even the last of a hundred that one connection sends at once. The other calls respond within two seconds, retries
 * included. Otherwise they throw DependencyUnavailableError. Every call may be repeated.
 *
 * Calls of `subscribe` and `unsubscribe` for one connection take effect one after the other: in the order of the calls,
 * or in either order if they overlap. A call that threw has its whole effect or none, perhaps later, but never after a
 * later call returned `subscribed` or `unsubscribed`. A refusal writes nothing.
 */
export interface SubscriptionStore {
  /**
   * The beginning and the end of the subscription come from the connection's record, never from the caller. Idempotent:
   * a repeated call returns `subscribed`, even at the limit. Neither concurrency nor a fault brings a connection over
   * its limit. During a `close` the subscription is either refused, or removed by the `unsubscribeAll` after it.
   */
  subscribe(subscription: SubscriptionReference, now: EpochSeconds, limit: number): Promise<StoreSubscribeOutcome>;
  /** Idempotent: returns `unsubscribed` also if there is no subscription. */
  unsubscribe(subscription: SubscriptionReference, now: EpochSeconds): Promise<StoreUnsubscribeOutcome>;
  /**
   * Removes the subscriptions of a closed connection, and the one to `seen`, which the caller found. Works in steps of
   * up to two seconds each. If it throws, a repeated call continues.
   */
  unsubscribeAll(connectionId: ConnectionId, seen?: EntityId): Promise<void>;
  /**
   * The subscriptions to an entity that are not expired at `now`, each once over all pages. Strongly consistent: every
   * subscription that was acknowledged before the call is included. The connection's record decides on the end: a
   * renewal before the call counts, a copy of an older end does not. The size of a page is bounded, however large the
   * audience is.
   */
  subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>>;
  /** An entity's subscriptions among at most 500 connections, not expired at `now`, each once. Strongly consistent. */
  subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]>;
}
