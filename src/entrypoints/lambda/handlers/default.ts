import { errorFrame } from "@portcullis/protocol";
import { frameResponse } from "../../../adapters/api-gateway/route-responses.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { messageHandler } from "../middleware/message-handler.ts";

/** The route for every message without a route of its own. */
export function defaultHandler({ logger }: { readonly logger: Logger }) {
  return messageHandler({
    name: "Default",
    logger,
    parse: (frame) => frame,
    act: async (_frame, { reference, log }) => {
      log.add({ outcome: "refused", reason: "UNKNOWN_ACTION" });
      return frameResponse(errorFrame("UNKNOWN_ACTION", reference));
    },
  });
}
