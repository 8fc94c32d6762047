import { makeSubscribe } from "../../application/subscriptions/subscribe.ts";
import type { Part } from "./container.ts";
import { services } from "./services.ts";

/** How many entities a client may subscribe to. */
export const subscribing: Part = (settings) => {
  const limit = settings.wholeNumber("SUBSCRIPTION_LIMIT", { min: 1, max: 1000, fallback: 100 });
  return (provide) => {
    provide(
      services.subscribe,
      { subscriptions: services.subscriptionStore, clock: services.clock },
      ({ subscriptions, clock }) => makeSubscribe({ subscriptions, clock, limit }),
    );
  };
};
