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

/** The subscription that a client asks for, and what the token of its connection grants. */
export type SubscriptionRequest = SubscriptionReference & { readonly grants: Grants };

/** `denied` by the policy, with nothing written; else the store's outcome. */
export type SubscribeOutcome = { readonly kind: StoreSubscribeOutcome } | SubscriptionDenial;

/** Subscribes a connection to an entity. Only `subscribed` may be acknowledged. Throws DependencyUnavailableError. */
export type Subscribe = (request: SubscriptionRequest) => Promise<SubscribeOutcome>;

export function makeSubscribe(deps: {
  readonly policy: SubscriptionPolicy;
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
  /** How many subscriptions one connection may have. */
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
 * Ends a connection's subscription to an entity, and that of no other connection. Only `unsubscribed` may be
 * acknowledged. Throws DependencyUnavailableError.
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
