import { stores } from "#stores";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { connections } from "../../composition/modules/connections.ts";
import { delivery } from "../../composition/modules/delivery.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { deliverPushesHandler } from "../handlers/deliver-pushes.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, connections, delivery],
  handler: (get) =>
    deliverPushesHandler({
      deliver: get(services.deliver),
      deadLetters: get(services.deadLetters),
      clock: get(services.clock),
      logger: get(services.logger),
    }),
  rehearse: ({ subscriptions, subscription, now }) => subscriptions.subscribersOf(subscription.entityId, now),
});
