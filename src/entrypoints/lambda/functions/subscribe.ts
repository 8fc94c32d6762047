import { administeredAccess, stores } from "#stores";
import { parseSubscribeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { REHEARSED_RULES, rehearsedRequest } from "../../../application/rehearsal.ts";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { access } from "../../composition/modules/access.ts";
import { platform } from "../../composition/modules/platform.ts";
import { subscribing } from "../../composition/modules/subscriptions.ts";
import { services } from "../../composition/services.ts";
import { subscribeHandler } from "../handlers/subscribe.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, administeredAccess, access, subscribing],
  handler: (get) => subscribeHandler({ subscribe: get(services.subscribe), logger: get(services.logger) }),
  rehearse: ({ subscriptions, subscription, now }) => {
    parseSubscribeFrame({ action: "subscribe", entityId: subscription.entityId });
    return subscriptions.subscribe(rehearsedRequest(subscription), now, REHEARSED_RULES);
  },
});
