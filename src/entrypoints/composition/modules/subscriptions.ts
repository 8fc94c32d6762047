import { MAX_CLIENT_FRAME_BYTES, MAX_ENTITIES_PER_FRAME } from "@portcullis/protocol";
import { boundedPolicy } from "../../../adapters/bounded-policy.ts";
import { RandomIds } from "../../../adapters/system/system.ts";
import { makeSubscribe, makeUnsubscribe } from "../../../application/subscriptions/subscribe.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";
import { readSubscriptionLimit } from "../subscription-limit-setting.ts";

/** Subscribes connections to entities, up to a limit for each connection. */
export const subscribing = defineModule({
  settings: readSubscriptionLimit,
  services: (provide, limit) => {
    provide(
      services.subscribe,
      { policy: services.accessPolicy, subscriptions: services.subscriptionStore, clock: services.clock },
      ({ policy, ...deps }) => makeSubscribe({ ...deps, policy: boundedPolicy(policy), ids: new RandomIds(), limit }),
    );
  },
});

/** The bounds that a client is told. */
export const connectionLimits = defineModule({
  settings: (settings) => ({
    entities: readSubscriptionLimit(settings),
    entitiesPerFrame: MAX_ENTITIES_PER_FRAME,
    frameBytes: MAX_CLIENT_FRAME_BYTES,
    pingAfter: settings.wholeNumber("PING_AFTER_SECONDS", { min: 30, max: 540, fallback: 240 }),
  }),
  services: (provide, limits) => provide(services.connectionLimits, {}, () => limits),
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
