import { parseSender } from "../../adapters/api-gateway/connection-events.ts";
import { gatewayRequestId } from "../../adapters/api-gateway/invocation-fields.ts";
import { parseMessageEvent } from "../../adapters/api-gateway/message-event.ts";
import { errorFrame, frame } from "../../adapters/api-gateway/route-answers.ts";
import { parseSubscribeFrame } from "../../adapters/zod/client-frames.ts";
import type { SubscribedFrame } from "../../adapters/zod/server-frames.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { Subscribe } from "../../application/subscribe.ts";
import { compose, resolve } from "../composition/container.ts";
import { names } from "../composition/names.ts";
import { platform } from "../composition/platform.ts";
import { stores } from "../composition/stores.ts";
import { subscribing } from "../composition/subscribing.ts";
import { lambdaHandler } from "./middleware/lambda-handler.ts";

const REFUSALS = { "not-connected": "NOT_CONNECTED", "limit-reached": "LIMIT" } as const;

/** Acknowledged only when stored: what is published from then on is delivered. */
export function subscribeHandler(subscribe: Subscribe, logger: Logger) {
  return lambdaHandler({
    name: "Subscribe",
    logger,
    handle: async (event, line) => {
      const request = parseSubscribeFrame(parseMessageEvent(event));
      if (request === undefined) {
        line.add({ outcome: "refused", reason: "BAD_REQUEST" });
        return errorFrame("BAD_REQUEST", gatewayRequestId(event));
      }
      const { entityId, id } = request;
      const outcome = await subscribe({ ...parseSender(event), entityId });
      line.add({ outcome });
      if (outcome !== "following") return errorFrame(REFUSALS[outcome], gatewayRequestId(event), id);
      return frame({ type: "subscribed", entityId, ...(id !== undefined && { id }) } satisfies SubscribedFrame);
    },
    onFault: (_error, event) => errorFrame("INTERNAL", gatewayRequestId(event)),
  });
}

const container = compose(platform, stores, subscribing);

export const handler = subscribeHandler(resolve(container, names.subscribe), resolve(container, names.logger));
