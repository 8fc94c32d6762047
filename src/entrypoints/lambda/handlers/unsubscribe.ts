import { errorFrame, unsubscribedFrame } from "@portcullis/protocol";
import { parseUnsubscribeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { frameResponse } from "../../../adapters/api-gateway/route-responses.ts";
import { parseSender } from "../../../adapters/api-gateway/websocket-events.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { Unsubscribe } from "../../../application/subscriptions/subscribe.ts";
import { ABSENCES } from "../middleware/absences.ts";
import { messageHandler } from "../middleware/message-handler.ts";

type UnsubscribeServices = { readonly unsubscribe: Unsubscribe; readonly logger: Logger };

/** Ends a subscription of the sender's own connection. Idempotent: it succeeds without a subscription. */
export function unsubscribeHandler({ unsubscribe, logger }: UnsubscribeServices) {
  return messageHandler({
    name: "Unsubscribe",
    logger,
    parse: parseUnsubscribeFrame,
    act: async ({ entityId, id }, { event, reference, log }) => {
      const { connectionId, userId } = parseSender(event);
      const { kind } = await unsubscribe({ entityId, connectionId, userId });
      log.add({ outcome: kind });
      if (kind !== "unsubscribed") return frameResponse(errorFrame(ABSENCES[kind], reference));
      return frameResponse(unsubscribedFrame({ entityId, ...(id !== undefined && { id }) }));
    },
  });
}
