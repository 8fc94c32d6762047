import { gatewayRequestId } from "../../../adapters/api-gateway/invocation-fields.ts";
import { parseMessageEvent } from "../../../adapters/api-gateway/message-event.ts";
import { errorFrame, type RouteAnswer } from "../../../adapters/api-gateway/route-answers.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { PlainObject } from "../../../domain/own-property.ts";
import type { InvocationLine } from "./invocation-line.ts";
import { lambdaHandler } from "./lambda-handler.ts";

/** One message, as far as its route needs more of it than its frame. */
type Message = { readonly event: unknown; readonly requestId: string; readonly line: InvocationLine };

export type MessageRoute<Frame> = {
  readonly name: string;
  readonly logger: Logger;
  /** By the frame's schema; undefined for whatever else was sent. */
  readonly parse: (frame: PlainObject | undefined) => Frame | undefined;
  readonly act: (frame: Frame, message: Message) => Promise<RouteAnswer>;
};

/** A route that a client's `action` names: each message is answered by one frame, and the connection stays usable. */
export function messageHandler<Frame>({ name, logger, parse, act }: MessageRoute<Frame>) {
  return lambdaHandler({
    name,
    logger,
    handle: async (event, line) => {
      const requestId = gatewayRequestId(event);
      const frame = parse(parseMessageEvent(event));
      if (frame !== undefined) return act(frame, { event, requestId, line });
      line.add({ outcome: "refused", reason: "BAD_REQUEST" });
      return errorFrame("BAD_REQUEST", requestId);
    },
    onFault: (_error, event) => errorFrame("INTERNAL", gatewayRequestId(event)),
  });
}
