import { stores } from "#stores";
import { parseUnsubscribeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { rehearsedRequest } from "../../../application/rehearsal.ts";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { platform } from "../../composition/modules/platform.ts";
import { unsubscribing } from "../../composition/modules/subscriptions.ts";
import { services } from "../../composition/services.ts";
import { unsubscribeHandler } from "../handlers/unsubscribe.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, unsubscribing],
  handler: (get) => unsubscribeHandler({ unsubscribe: get(services.unsubscribe), logger: get(services.logger) }),
  rehearse: ({ subscriptions, subscription, now }) => {
    parseUnsubscribeFrame({ action: "unsubscribe", entityId: subscription.entityId });
    return subscriptions.unsubscribe(rehearsedRequest(subscription), now);
  },
});
