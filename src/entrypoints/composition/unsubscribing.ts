import { makeUnsubscribe } from "../../application/subscriptions/subscribe.ts";
import type { Part } from "./container.ts";
import { services } from "./services.ts";

/** Apart from subscribing, whose limit it does not need. */
export const unsubscribing: Part = () => (provide) => {
  provide(services.unsubscribe, { subscriptions: services.subscriptionStore, clock: services.clock }, makeUnsubscribe);
};
