import { toEpochSeconds } from "../../domain/time.ts";
import type {
  SubscribeOutcome,
  SubscriptionReference,
  SubscriptionStore,
  UnsubscribeOutcome,
} from "../ports/subscription-store.ts";
import type { Clock } from "../ports/system.ts";

/** Subscribes a connection to an entity. Only `subscribed` may be acknowledged. Throws DependencyUnavailableError. */
export type Subscribe = (subscription: SubscriptionReference) => Promise<SubscribeOutcome>;

export function makeSubscribe(deps: {
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
  /** How many subscriptions one connection may have. */
  readonly limit: number;
}): Subscribe {
  return (subscription) => deps.subscriptions.subscribe(subscription, toEpochSeconds(deps.clock.now()), deps.limit);
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
