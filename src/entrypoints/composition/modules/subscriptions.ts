import { makeSubscribe, makeUnsubscribe } from "../../../application/subscriptions/subscribe.ts";
import { allowEverySubscription } from "../../../domain/subscription/subscription-policy.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Subscribes connections to entities, up to a limit for each connection. */
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

/** Ends subscriptions. It is a separate module because it needs no limit. */
export const unsubscribing = defineModule({
  services: (provide) => {
    provide(
      services.unsubscribe,
      { subscriptions: services.subscriptionStore, clock: services.clock },
      makeUnsubscribe,
    );
  },
});
