import { connectionExpiry } from "../../domain/connection/connection.ts";
import type { Subscription } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import type { Followed, FollowOutcome, SubscriptionStore, UnfollowOutcome } from "../ports/subscription-store.ts";
import type { Clock } from "../ports/system.ts";

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

/**
 * Lets a connection, and no other, stop following an entity. Only `unfollowed` may be acknowledged. Throws
 * DependencyUnavailableError.
 */
export type Unsubscribe = (followed: Followed) => Promise<UnfollowOutcome>;

export function makeUnsubscribe(deps: {
  readonly subscriptions: SubscriptionStore;
  readonly clock: Clock;
}): Unsubscribe {
  return (followed) => deps.subscriptions.unfollow(followed, toEpochSeconds(deps.clock.now()));
}
