import { errorFrame, subscribedFrame } from "@portcullis/protocol";
import { parseSubscribeFrame } from "../../adapters/api-gateway/client-frames.ts";
import { frameResponse } from "../../adapters/api-gateway/route-responses.ts";
import { parseSender } from "../../adapters/api-gateway/websocket-events.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { Subscribe } from "../../application/subscriptions/subscribe.ts";
import { compose, resolve } from "../composition/container.ts";
import { platform } from "../composition/modules/platform.ts";
import { stores } from "../composition/modules/stores.ts";
import { subscribing } from "../composition/modules/subscriptions.ts";
import { services } from "../composition/services.ts";
import { messageHandler } from "./middleware/message-handler.ts";

const REFUSALS = { denied: "FORBIDDEN", "not-connected": "NOT_CONNECTED", "limit-reached": "LIMIT" } as const;

/** Acknowledged only when stored: what is published from then on is delivered. */
export function subscribeHandler(subscribe: Subscribe, logger: Logger) {
  return messageHandler({
    name: "Subscribe",
    logger,
    parse: parseSubscribeFrame,
    act: async ({ entityId, id }, { event, reference, log }) => {
      const outcome = await subscribe({ ...parseSender(event), entityId });
      log.add({ outcome: outcome.kind, ...(outcome.kind === "denied" && { reason: outcome.reason }) });
      if (outcome.kind !== "subscribed") return frameResponse(errorFrame(REFUSALS[outcome.kind], reference));
      return frameResponse(subscribedFrame({ entityId, ...(id !== undefined && { id }) }));
    },
  });
}

const container = compose(platform, stores, subscribing);

export const handler = subscribeHandler(resolve(container, services.subscribe), resolve(container, services.logger));
