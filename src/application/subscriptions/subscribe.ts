import type { Grants } from "../../domain/identity/grants.ts";
import type { SubscriptionDenial, SubscriptionPolicy } from "../../domain/subscription/subscription-policy.ts";
import { toEpochSeconds } from "../../domain/time.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
  SubscriptionStore,
} from "../ports/subscription-store.ts";
import type { Clock } from "../ports/system.ts";

/** The subscription that a client asks for, and the grants of its connection's token. */
export type SubscriptionRequest = SubscriptionReference & { readonly grants: Grants };

/** `denied` if the policy refuses, in which case nothing is written; otherwise the store's outcome. */
export type SubscribeOutcome = { readonly kind: StoreSubscribeOutcome } | SubscriptionDenial;

/** Subscribes a connection to an entity. Only `subscribed` may be acknowledged. Throws DependencyUnavailableError. */
export type Subscribe = (request: SubscriptionRequest) => Promise<SubscribeOutcome>;

export function makeSubscribe(deps: {
  readonly policy: SubscriptionPolicy;
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
  /** The most subscriptions of one connection. */
  readonly limit: number;
}): Subscribe {
  return async ({ grants, ...subscription }) => {
    const verdict = deps.policy({ userId: subscription.userId, grants }, subscription.entityId);
    if (verdict.kind === "denied") return verdict;
    const now = toEpochSeconds(deps.clock.now());
    return { kind: await deps.subscriptions.subscribe(subscription, now, deps.limit) };
  };
}

export type UnsubscribeOutcome = { readonly kind: StoreUnsubscribeOutcome };

/**
 * Ends one connection's subscription to an entity. Only `unsubscribed` may be acknowledged. Throws
 * DependencyUnavailableError.
 */
export type Unsubscribe = (subscription: SubscriptionReference) => Promise<UnsubscribeOutcome>;

export function makeUnsubscribe(deps: {
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}): Unsubscribe {
  return async (subscription) => ({
    kind: await deps.subscriptions.unsubscribe(subscription, toEpochSeconds(deps.clock.now())),
  });
}
