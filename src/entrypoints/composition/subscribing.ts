import { makeSubscribe } from "../../application/subscriptions/subscribe.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

/** What a client may follow, and how much of it. */
export const subscribing: Part = (settings) => {
  const limit = settings.wholeNumber("SUBSCRIPTION_LIMIT", { min: 1, max: 1000, fallback: 100 });
  return (provide) => {
    provide(
      names.subscribe,
      { subscriptions: names.subscriptionStore, clock: names.clock },
      ({ subscriptions, clock }) => makeSubscribe({ subscriptions, clock, limit }),
    );
  };
};
