import { connectionExpiry } from "../../domain/connection/connection.ts";
import type { Subscription } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { FollowOutcome, SubscriptionStore } from "../ports/subscription-store.ts";

/** What a client asks for and what the gateway says of its connection. */
export type SubscriptionRequest = Omit<Subscription, "expiresAt"> & { readonly tokenExpiresAt: EpochSeconds };

/** Lets a connection follow an entity. Only `following` may be acknowledged. Throws DependencyUnavailableError. */
export type Subscribe = (request: SubscriptionRequest) => Promise<FollowOutcome>;

export function makeSubscribe(deps: {
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
  /** How many entities one connection may follow. */
  readonly limit: number;
}): Subscribe {
  return ({ tokenExpiresAt, ...request }) => {
    const subscription = { ...request, expiresAt: connectionExpiry(request.connectedAt, tokenExpiresAt) };
    return deps.subscriptions.follow(subscription, toEpochSeconds(deps.clock.now()), deps.limit);
  };
}
