import { makeSubscribe, makeUnsubscribe } from "../../../application/subscriptions/subscribe.ts";
import { allowEverySubscription } from "../../../domain/subscription/subscription-policy.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** How many entities a client may subscribe to. */
export const subscribing = defineModule({
  settings: (settings) => ({
    limit: settings.wholeNumber("SUBSCRIPTION_LIMIT", { min: 1, max: 1000, fallback: 100 }),
  }),
  services: (provide, { limit }) => {
    provide(
      services.subscribe,
      { subscriptions: services.subscriptionStore, clock: services.clock },
      ({ subscriptions, clock }) => makeSubscribe({ policy: allowEverySubscription, subscriptions, clock, limit }),
    );
  },
});

/** A module of its own: it needs no limit. */
export const unsubscribing = defineModule({
  services: (provide) => {
    provide(
      services.unsubscribe,
      { subscriptions: services.subscriptionStore, clock: services.clock },
      makeUnsubscribe,
    );
  },
});
