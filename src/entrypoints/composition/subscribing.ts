import { makeSubscribe } from "../../application/subscriptions/subscribe.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

/** How many entities a client may subscribe to. */
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
