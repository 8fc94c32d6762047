import { connectionExpiry } from "../../domain/connection/connection.ts";
import type { Subscription } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import type {
  SubscribeOutcome,
  SubscriptionReference,
  SubscriptionStore,
  UnsubscribeOutcome,
} from "../ports/subscription-store.ts";
import type { Clock } from "../ports/system.ts";

/** What a client asks for and what the gateway says of its connection. */
export type SubscriptionRequest = Omit<Subscription, "expiresAt"> & { readonly tokenExpiresAt: EpochSeconds };

/** Subscribes a connection to an entity. Only `subscribed` may be acknowledged. Throws DependencyUnavailableError. */
export type Subscribe = (request: SubscriptionRequest) => Promise<SubscribeOutcome>;

export function makeSubscribe(deps: {
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
  /** How many subscriptions one connection may have. */
  readonly limit: number;
}): Subscribe {
  return ({ tokenExpiresAt, ...request }) => {
    const subscription = { ...request, expiresAt: connectionExpiry(request.connectedAt, tokenExpiresAt) };
    return deps.subscriptions.subscribe(subscription, toEpochSeconds(deps.clock.now()), deps.limit);
  };
}

/**
 * Ends a connection's subscription to an entity, and that of no other connection. Only `unsubscribed` may be
 * acknowledged. Throws DependencyUnavailableError.
 */
export type Unsubscribe = (subscription: SubscriptionReference) => Promise<UnsubscribeOutcome>;

export function makeUnsubscribe(deps: {
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}): Unsubscribe {
  return (subscription) => deps.subscriptions.unsubscribe(subscription, toEpochSeconds(deps.clock.now()));
}
