import { makeSubscribe, makeUnsubscribe } from "../../../application/subscriptions/subscribe.ts";
import type { Module } from "../container.ts";
import { services } from "../services.ts";

/** How many entities a client may subscribe to. */
export const subscribing: Module = (settings) => {
  const limit = settings.wholeNumber("SUBSCRIPTION_LIMIT", { min: 1, max: 1000, fallback: 100 });
  return (provide) => {
    provide(
      services.subscribe,
      { subscriptions: services.subscriptionStore, clock: services.clock },
      ({ subscriptions, clock }) => makeSubscribe({ subscriptions, clock, limit }),
    );
  };
};

/** Apart from subscribing: it needs no limit. */
export const unsubscribing: Module = () => (provide) => {
  provide(services.unsubscribe, { subscriptions: services.subscriptionStore, clock: services.clock }, makeUnsubscribe);
};
