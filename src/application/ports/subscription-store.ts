import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { Seq } from "../../domain/connection/seq.ts";
import type { AccessDecision, DeniedAccess } from "../../domain/grants/access-decision.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Absence, Page } from "./connection-store.ts";

/** A request of a connection about distinct entities. */
export type SubscriptionRequest = {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  readonly entityIds: readonly EntityId[];
  /** Absent if the client does not order its requests. */
  readonly seq?: Seq | undefined;
};

/**
 * Decides about entities, with the grants that the connection has at that moment; `undefined` is a fault that concerns
 * one entity. A store asks again if the connection has changed before its write, and has no effect if it throws.
 */
export type DecideEntities = (
  grants: Grants,
  entityIds: readonly EntityId[],
) => Promise<readonly (AccessDecision | undefined)[]>;

/**
 * The result for one entity.
 * - `subscribed`: every later call of `subscribersOf` returns it, until it is unsubscribed, reviewed, closed or expired,
 *   or the grant's own end has come.
 * - `limit-reached`: the connection has as many subscriptions as it may, and none to this entity.
 * - `stale`: a request with a greater `seq` came between the parts of this one.
 * - `failed`: unknown. It has its whole effect or none.
 */
export type SubscribeResult = "subscribed" | "limit-reached" | "stale" | "failed" | DeniedAccess;

export type UnsubscribeResult = "unsubscribed" | "stale" | "failed";

/**
 * - `answered`: one result for each entity, in their order, and the connection as its record has it.
 * - `stale`: a request with the same or a greater `seq` had an effect before. Nothing was written.
 * - an Absence: the user has no live connection of that id.
 */
export type StoreOutcome<Result> =
  | { readonly kind: "answered"; readonly results: readonly Result[]; readonly connection: Connection }
  | { readonly kind: "stale" | Absence };

/**
 * Remembers the subscriptions of connections to entities. `subscribe` and `unsubscribe` respond within five seconds,
 * even the last of a hundred that one connection sends at once. The other calls respond within two seconds, retries
 * included. Otherwise they throw DependencyUnavailableError. Every call may be repeated.
 *
 * Calls of `subscribe` and `unsubscribe` for one connection take effect one after the other: in the order of the calls,
 * or in either order if they overlap; those with a `seq` in the order of `seq`. A call that threw has for each entity its
 * whole effect or none, perhaps later, but never after a later call was answered. A refusal writes nothing.
 */
export interface SubscriptionStore {
  /**
   * The beginning and the end of a subscription come from the connection's record, never from the caller. Idempotent:
   * a repeated call returns `subscribed`, even at the limit. Neither concurrency nor a fault brings a connection over
   * its limit. During a `close` a subscription is either refused, or removed by the `unsubscribeAll` after it. Without
   * entities nothing is written.
   */
  subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    rules: { readonly limit: number; readonly decide: DecideEntities },
  ): Promise<StoreOutcome<SubscribeResult>>;
  /** Idempotent: returns `unsubscribed` also if there is no subscription. */
  unsubscribe(request: SubscriptionRequest, now: EpochSeconds): Promise<StoreOutcome<UnsubscribeResult>>;
  /**
   * Removes the subscriptions of a closed connection, and the one to `seen`, which the caller found. Works in steps of
   * up to two seconds each. If it throws, a repeated call continues.
   */
  unsubscribeAll(connectionId: ConnectionId, seen?: EntityId): Promise<void>;
  /**
   * The subscriptions to an entity that are not expired at `now`, each once over all pages. Strongly consistent: every
   * subscription that was acknowledged before the call is included. The connection's record decides on the end: a
   * renewal before the call counts, a copy of an older end does not. The grant's own end counts too. The size of a page
   * is bounded, however large the audience is.
   */
  subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>>;
  /** An entity's subscriptions among at most 500 connections, not expired at `now`, each once. Strongly consistent. */
  subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]>;
}
