import { errorFrame, subscribedFrame, subscribedManyFrame } from "@portcullis/protocol";
import { parseSubscribeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { frameResponse } from "../../../adapters/api-gateway/route-responses.ts";
import { parseSender } from "../../../adapters/api-gateway/websocket-events.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { Subscribe } from "../../../application/subscriptions/subscribe.ts";
import { NOT_ACTED_UPON } from "../middleware/absences.ts";
import { decisionFields, ENTITY_CODES, entityResults } from "../middleware/entity-results.ts";
import { messageHandler } from "../middleware/message-handler.ts";

/** Acknowledges subscriptions only when they are stored: every event published after that is delivered. */
export function subscribeHandler({ subscribe, logger }: { readonly subscribe: Subscribe; readonly logger: Logger }) {
  return messageHandler({
    name: "Subscribe",
    logger,
    parse: parseSubscribeFrame,
    act: async (frame, { event, reference, log }) => {
      const { form, entityIds, seq } = frame;
      const { id } = reference;
      const sender = parseSender(event);
      log.add({ userId: sender.userId });
      const outcome = await subscribe({ ...sender, entityIds, seq });
      if (outcome.kind !== "answered") {
        log.add({ outcome: outcome.kind });
        return frameResponse(errorFrame(NOT_ACTED_UPON[outcome.kind], reference));
      }
      const results = entityResults(frame, outcome.results, outcome.decision);
      log.add(decisionFields(outcome));
      if (form === "many") {
        log.add({ outcome: "answered", entities: results.length });
        return frameResponse(subscribedManyFrame({ results, ...(id !== undefined && { id }) }));
      }
      const [result = "failed"] = outcome.results;
      const [{ entityId, decision } = { entityId: "" }] = results;
      log.add({ outcome: result });
      const code = ENTITY_CODES[result];
      if (code === undefined) return frameResponse(subscribedFrame({ entityId, ...(id !== undefined && { id }) }));
      return frameResponse(errorFrame(code, reference, { entityId, ...(decision !== undefined && { decision }) }));
    },
  });
}
