import { toEpochSeconds } from "../../domain/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Followed, SubscriptionStore, UnfollowOutcome } from "../ports/subscription-store.ts";

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
