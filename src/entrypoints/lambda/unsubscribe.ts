import { parseSender } from "../../adapters/api-gateway/connection-events.ts";
import { gatewayRequestId } from "../../adapters/api-gateway/invocation-fields.ts";
import { parseMessageEvent } from "../../adapters/api-gateway/message-event.ts";
import { errorFrame, frame } from "../../adapters/api-gateway/route-answers.ts";
import { parseUnsubscribeFrame } from "../../adapters/zod/client-frames.ts";
import type { UnsubscribedFrame } from "../../adapters/zod/server-frames.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { Unsubscribe } from "../../application/unsubscribe.ts";
import { compose, resolve } from "../composition/container.ts";
import { names } from "../composition/names.ts";
import { platform } from "../composition/platform.ts";
import { stores } from "../composition/stores.ts";
import { unsubscribing } from "../composition/unsubscribing.ts";
import { lambdaHandler } from "./middleware/lambda-handler.ts";

/** Of the sender's own connection and no other: what is not followed is not followed afterwards either. */
export function unsubscribeHandler(unsubscribe: Unsubscribe, logger: Logger) {
  return lambdaHandler({
    name: "Unsubscribe",
    logger,
    handle: async (event, line) => {
      const request = parseUnsubscribeFrame(parseMessageEvent(event));
      if (request === undefined) {
        line.add({ outcome: "refused", reason: "BAD_REQUEST" });
        return errorFrame("BAD_REQUEST", gatewayRequestId(event));
      }
      const { entityId, id } = request;
      await unsubscribe(entityId, parseSender(event).connectionId);
      line.add({ outcome: "unfollowed" });
      return frame({ type: "unsubscribed", entityId, ...(id !== undefined && { id }) } satisfies UnsubscribedFrame);
    },
    onFault: (_error, event) => errorFrame("INTERNAL", gatewayRequestId(event)),
  });
}

const container = compose(platform, stores, unsubscribing);

export const handler = unsubscribeHandler(resolve(container, names.unsubscribe), resolve(container, names.logger));
