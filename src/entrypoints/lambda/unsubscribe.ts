import { errorFrame, frame } from "../../adapters/api-gateway/route-responses.ts";
import { parseSender } from "../../adapters/api-gateway/websocket-events.ts";
import { parseUnsubscribeFrame } from "../../adapters/zod/client-frames.ts";
import type { UnsubscribedFrame } from "../../adapters/zod/server-frames.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { Unsubscribe } from "../../application/subscriptions/subscribe.ts";
import { compose, resolve } from "../composition/container.ts";
import { platform } from "../composition/modules/platform.ts";
import { stores } from "../composition/modules/stores.ts";
import { unsubscribing } from "../composition/modules/subscriptions.ts";
import { services } from "../composition/services.ts";
import { messageHandler } from "./middleware/message-handler.ts";

/** Of the sender's own connection and no other: unsubscribing without a subscription succeeds. */
export function unsubscribeHandler(unsubscribe: Unsubscribe, logger: Logger) {
  return messageHandler({
    name: "Unsubscribe",
    logger,
    parse: parseUnsubscribeFrame,
    act: async ({ entityId, id }, { event, reference, log }) => {
      const outcome = await unsubscribe({ ...parseSender(event), entityId });
      log.add({ outcome });
      if (outcome !== "unsubscribed") return errorFrame("NOT_CONNECTED", reference);
      return frame({ type: "unsubscribed", entityId, ...(id !== undefined && { id }) } satisfies UnsubscribedFrame);
    },
  });
}

const container = compose(platform, stores, unsubscribing);

export const handler = unsubscribeHandler(
  resolve(container, services.unsubscribe),
  resolve(container, services.logger),
);
