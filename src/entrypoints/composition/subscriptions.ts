import { makeSubscribe } from "../../application/subscribe.ts";
import { makeUnsubscribe } from "../../application/unsubscribe.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

/** What a client may follow, and how much of it. */
export const subscriptions: Part = (settings) => {
  const limit = settings.wholeNumber("SUBSCRIPTION_LIMIT", { min: 1, max: 1000, fallback: 100 });
  return (provide) => {
    provide(
      names.subscribe,
      { subscriptions: names.subscriptionStore, clock: names.clock },
      ({ subscriptions: store, clock }) => makeSubscribe({ subscriptions: store, clock, limit }),
    );
    provide(names.unsubscribe, { subscriptions: names.subscriptionStore }, makeUnsubscribe);
  };
};
