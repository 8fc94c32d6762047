import { errorFrame, unsubscribedFrame, unsubscribedManyFrame } from "@portcullis/protocol";
import { parseUnsubscribeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { frameResponse } from "../../../adapters/api-gateway/route-responses.ts";
import { parseSender } from "../../../adapters/api-gateway/websocket-events.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { Unsubscribe } from "../../../application/subscriptions/subscribe.ts";
import { NOT_ACTED_UPON } from "../middleware/absences.ts";
import { ENTITY_CODES, entityResults } from "../middleware/entity-results.ts";
import { messageHandler } from "../middleware/message-handler.ts";

type UnsubscribeServices = { readonly unsubscribe: Unsubscribe; readonly logger: Logger };

/** Ends subscriptions of the sender's own connection. Idempotent: it succeeds without a subscription. */
export function unsubscribeHandler({ unsubscribe, logger }: UnsubscribeServices) {
  return messageHandler({
    name: "Unsubscribe",
    logger,
    parse: parseUnsubscribeFrame,
    act: async (frame, { event, reference, log }) => {
      const { form, entityIds, seq } = frame;
      const { id } = reference;
      const outcome = await unsubscribe({ ...parseSender(event), entityIds, seq });
      if (outcome.kind !== "answered") {
        log.add({ outcome: outcome.kind });
        return frameResponse(errorFrame(NOT_ACTED_UPON[outcome.kind], reference));
      }
      const results = entityResults(frame, outcome.results);
      if (form === "many") {
        log.add({ outcome: "answered", entities: results.length });
        return frameResponse(unsubscribedManyFrame({ results, ...(id !== undefined && { id }) }));
      }
      const [result = "failed"] = outcome.results;
      const [{ entityId } = { entityId: "" }] = results;
      log.add({ outcome: result });
      const code = ENTITY_CODES[result];
      if (code !== undefined) return frameResponse(errorFrame(code, reference, { entityId }));
      return frameResponse(unsubscribedFrame({ entityId, ...(id !== undefined && { id }) }));
    },
  });
}
