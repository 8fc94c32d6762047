import { makeUnsubscribe } from "../../application/subscriptions/subscribe.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";

/** Apart from subscribing, whose limit it does not need. */
export const unsubscribing: Part = () => (provide) => {
  provide(names.unsubscribe, { subscriptions: names.subscriptionStore, clock: names.clock }, makeUnsubscribe);
};
