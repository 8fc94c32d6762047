import { type ConnectionLimits, errorFrame, resumedFrame } from "@portcullis/protocol";
import { parseResumeFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { frameResponse } from "../../../adapters/api-gateway/route-responses.ts";
import { parseSender } from "../../../adapters/api-gateway/websocket-events.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { Subscribe } from "../../../application/subscriptions/subscribe.ts";
import { closesAt } from "../../../domain/connection/connection.ts";
import { NOT_ACTED_UPON } from "../middleware/absences.ts";
import { decisionFields, entityResults } from "../middleware/entity-results.ts";
import { messageHandler } from "../middleware/message-handler.ts";

type ResumeServices = { readonly subscribe: Subscribe; readonly limits: ConnectionLimits; readonly logger: Logger };

/** Greets a client: subscribes it to all that it wants, and tells it who it is, both ends, and the limits. */
export function resumeHandler({ subscribe, limits, logger }: ResumeServices) {
  return messageHandler({
    name: "Resume",
    logger,
    parse: parseResumeFrame,
    act: async (frame, { event, reference, log }) => {
      const { entityIds, seq, id, client } = frame;
      const sender = parseSender(event);
      log.add({ userId: sender.userId, ...(client !== undefined && { client }) });
      const outcome = await subscribe({ ...sender, entityIds, seq });
      if (outcome.kind !== "answered") {
        log.add({ outcome: outcome.kind });
        return frameResponse(errorFrame(NOT_ACTED_UPON[outcome.kind], reference));
      }
      const { connection, now } = outcome;
      const results = entityResults(frame, outcome.results, outcome.decision);
      log.add({ outcome: "answered", entities: results.length, ...decisionFields(outcome) });
      return frameResponse(
        resumedFrame({
          ...{ connectionId: connection.id, userId: connection.identity.userId },
          ...{ now, expiresAt: connection.token.expiresAt, closesAt: closesAt(connection.connectedAt) },
          ...{ limits, results, id },
        }),
      );
    },
  });
}
