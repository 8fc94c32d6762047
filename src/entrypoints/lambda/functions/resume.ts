import { administeredAccess, stores } from "#stores";
import { parseResumeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { REHEARSED_RULES, rehearsedRequest } from "../../../application/rehearsal.ts";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { access } from "../../composition/modules/access.ts";
import { platform } from "../../composition/modules/platform.ts";
import { connectionLimits, subscribing } from "../../composition/modules/subscriptions.ts";
import { services } from "../../composition/services.ts";
import { resumeHandler } from "../handlers/resume.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, administeredAccess, access, subscribing, connectionLimits],
  handler: (get) =>
    resumeHandler({
      subscribe: get(services.subscribe),
      limits: get(services.connectionLimits),
      logger: get(services.logger),
    }),
  rehearse: ({ subscriptions, subscription, now }) => {
    parseResumeFrame({ action: "resume", entityIds: [subscription.entityId], id: "1" });
    return subscriptions.subscribe(rehearsedRequest(subscription), now, REHEARSED_RULES);
  },
});
