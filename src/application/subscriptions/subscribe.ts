import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { Seq } from "../../domain/connection/seq.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import type { AccessPolicy } from "../ports/access-policy.ts";
import type { Absence } from "../ports/connection-store.ts";
import type {
  StoreOutcome,
  SubscriptionRequest,
  SubscriptionStore,
  UnsubscribeResult,
} from "../ports/subscription-store.ts";
import type { Clock, UniqueIds } from "../ports/system.ts";
import { decideSafely } from "./decide-safely.ts";
import type { Denial } from "./denial-texts.ts";

/** A request as a client sent it: the same entity may be named twice, and `undefined` is a name that is malformed. */
export type EntitiesRequest = {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  readonly entityIds: readonly (EntityId | undefined)[];
  readonly seq?: Seq | undefined;
};

type Refused = "malformed" | "stale" | "failed";

export type SubscribedEntity = "subscribed" | "limit-reached" | "denied" | Refused;

/**
 * `results` has one entry for each name of the request, in its order. Nothing but `subscribed` may be acknowledged.
 * `decision` names the decision by which entities were denied.
 */
export type SubscribeOutcome =
  | {
      readonly kind: "answered";
      readonly results: readonly SubscribedEntity[];
      readonly connection: Connection;
      readonly now: EpochSeconds;
      readonly decision?: string;
      readonly denials: readonly Denial[];
    }
  | { readonly kind: "stale" | Absence };

/** Subscribes a connection to entities, each granted or refused on its own. Throws DependencyUnavailableError. */
export type Subscribe = (request: EntitiesRequest) => Promise<SubscribeOutcome>;

export function makeSubscribe(deps: {
  readonly policy: AccessPolicy;
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
  readonly ids: UniqueIds;
  /** The most subscriptions of one connection. */
  readonly limit: number;
}): Subscribe {
  const { policy, subscriptions, clock, ids, limit } = deps;
  return async (asked) => {
    const { userId } = asked;
    const request = distinct(asked);
    const now = toEpochSeconds(clock.now());
    const outcome = await subscriptions.subscribe(request, now, {
      limit,
      decide: (grants, entityIds) => decideSafely(policy, { userId, grants }, entityIds, toEpochSeconds(clock.now())),
    });
    if (outcome.kind !== "answered") return outcome;
    const { connection, results } = outcome;
    const denials = request.entityIds.flatMap((entityId, index): readonly Denial[] => {
      const result = results[index];
      if (typeof result !== "object") return [];
      const { rule, closest } = result;
      return [{ entityId, rule, closest }];
    });
    return {
      kind: "answered",
      results: inOrder(asked, request, results).map((result) => (typeof result === "object" ? "denied" : result)),
      connection,
      now,
      denials,
      ...(denials.length > 0 && { decision: ids.next() }),
    };
  };
}

export type UnsubscribeOutcome =
  | { readonly kind: "answered"; readonly results: readonly (UnsubscribeResult | "malformed")[] }
  | { readonly kind: "stale" | Absence };

/** Ends subscriptions of a connection. Only `unsubscribed` may be acknowledged. Throws DependencyUnavailableError. */
export type Unsubscribe = (request: EntitiesRequest) => Promise<UnsubscribeOutcome>;

export function makeUnsubscribe(deps: {
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}): Unsubscribe {
  return async (asked) => {
    const request = distinct(asked);
    const outcome = await deps.subscriptions.unsubscribe(request, toEpochSeconds(deps.clock.now()));
    if (outcome.kind !== "answered") return outcome;
    return { kind: "answered", results: inOrder(asked, request, outcome.results) };
  };
}

/** The request for a store: each entity once, and none that is malformed. */
function distinct({ entityIds, ...request }: EntitiesRequest): SubscriptionRequest {
  return { ...request, entityIds: [...new Set(entityIds.filter((entityId) => entityId !== undefined))] };
}

/** One result for each name of the request. */
function inOrder<Result>(
  asked: EntitiesRequest,
  { entityIds }: SubscriptionRequest,
  results: Extract<StoreOutcome<Result>, { kind: "answered" }>["results"],
): readonly (Result | "malformed" | "failed")[] {
  const byEntity = new Map(entityIds.map((entityId, index) => [entityId, results[index]] as const));
  return asked.entityIds.map((entityId) => (entityId ? (byEntity.get(entityId) ?? "failed") : "malformed"));
}
