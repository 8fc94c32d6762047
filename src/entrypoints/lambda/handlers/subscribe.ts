import { errorFrame, subscribedFrame } from "@portcullis/protocol";
import { parseSubscribeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { frameResponse } from "../../../adapters/api-gateway/route-responses.ts";
import { parseSender } from "../../../adapters/api-gateway/websocket-events.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { Subscribe } from "../../../application/subscriptions/subscribe.ts";
import { ABSENCES } from "../middleware/absences.ts";
import { messageHandler } from "../middleware/message-handler.ts";

const REFUSALS = { ...ABSENCES, denied: "FORBIDDEN", "limit-reached": "LIMIT" } as const;

/** Acknowledges a subscription only when it is stored: every event published after that is delivered. */
export function subscribeHandler({ subscribe, logger }: { readonly subscribe: Subscribe; readonly logger: Logger }) {
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
