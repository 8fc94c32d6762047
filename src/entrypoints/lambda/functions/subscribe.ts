import { stores } from "#stores";
import { parseSubscribeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { platform } from "../../composition/modules/platform.ts";
import { subscribing } from "../../composition/modules/subscriptions.ts";
import { services } from "../../composition/services.ts";
import { subscribeHandler } from "../handlers/subscribe.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, subscribing],
  handler: (get) => subscribeHandler({ subscribe: get(services.subscribe), logger: get(services.logger) }),
  rehearse: ({ subscriptions, subscription, now }) => {
    parseSubscribeFrame({ action: "subscribe", entityId: subscription.entityId });
    return subscriptions.subscribe(subscription, now, 1);
  },
});
