import { DETAIL_TYPES } from "@portcullis/protocol";
import { stores } from "#stores";
import { parseQueuedDelivery } from "../../../adapters/sqs/events/queued-event.ts";
import { lambdaFunction } from "../../composition/lambda-function.ts";
import { connections } from "../../composition/modules/connections.ts";
import { delivery } from "../../composition/modules/delivery.ts";
import { gateway } from "../../composition/modules/gateway.ts";
import { platform } from "../../composition/modules/platform.ts";
import { services } from "../../composition/services.ts";
import { deliverPushesHandler } from "../handlers/deliver-pushes.ts";

export const { handler, prime } = lambdaFunction({
  modules: [platform, stores, connections, gateway, delivery],
  handler: (get) =>
    deliverPushesHandler({
      deliver: get(services.deliver),
      deadLetters: get(services.deadLetters),
      clock: get(services.clock),
      logger: get(services.logger),
    }),
  rehearse: ({ subscriptions, subscription: { entityId }, now }) => {
    const event = { id: "rehearsal", time: "2026-01-01T00:00:00Z", detail: { entityId, message: "" } };
    parseQueuedDelivery(JSON.stringify({ ...event, "detail-type": DETAIL_TYPES.ENTITY_UPDATED }));
    return subscriptions.subscribersOf(entityId, now);
  },
});
