import type { ConnectionId, ConnectionLifetime } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Page } from "./connection-store.ts";

/**
 * - `subscribed`: every later call of `subscribersOf` shows it, until it is unsubscribed, closed or expired.
 * - `not-connected`: the user has no live connection of that id.
 * - `limit-reached`: the connection has as many subscriptions as it may, and none to this entity.
 */
export type StoreSubscribeOutcome = "subscribed" | "not-connected" | "limit-reached";

/**
 * - `unsubscribed`: no later call of `subscribersOf` shows it, until the next `subscribe`.
 * - `not-connected`: the user has no live connection of that id.
 */
export type StoreUnsubscribeOutcome = "unsubscribed" | "not-connected";

/** Names a subscription, and its user. */
export type SubscriptionReference = Omit<Subscription, keyof ConnectionLifetime>;

/**
 * Remembers which connection is subscribed to which entity. `subscribe` and `unsubscribe` answer within five seconds,
 * even the last of a hundred that one connection sends at once; the other calls answer within two, retries included.
 * Otherwise they throw DependencyUnavailableError. All may be repeated.
 *
 * Calls of `subscribe` and `unsubscribe` for one connection take effect one after the other: in the order of the calls,
 * or in either order if they overlap. A call that threw has its whole effect or none, perhaps later, but never after a later
 * call answered `subscribed` or `unsubscribed`. A refusal leaves nothing behind.
 */
export interface SubscriptionStore {
  /**
   * The connection's record gives the subscription its beginning and its end, whatever else the caller says. Idempotent:
   * a repeated call is `subscribed`, whatever the limit. No concurrency and no fault brings a connection over its limit.
   * During a `close` it is either refused, or removed by the `unsubscribeAll` after it.
   */
  subscribe(subscription: SubscriptionReference, now: EpochSeconds, limit: number): Promise<StoreSubscribeOutcome>;
  /** Idempotent: without a subscription it is `unsubscribed`. */
  unsubscribe(subscription: SubscriptionReference, now: EpochSeconds): Promise<StoreUnsubscribeOutcome>;
  /**
   * For a closed connection: removes its subscriptions, and the one to `seen`, which the caller has found. Works in steps
   * of up to two seconds each. If it throws, a repeated call continues.
   */
  unsubscribeAll(connectionId: ConnectionId, seen?: EntityId): Promise<void>;
  /**
   * The subscriptions to an entity that are not expired at `now`, each once over all pages: strongly consistent, so that
   * whatever was acknowledged before the call is there. A page is bounded, whatever the audience.
   */
  subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>>;
  /** An entity's subscriptions among at most 500 connections, not expired at `now`, each once: strongly consistent. */
  subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]>;
}
