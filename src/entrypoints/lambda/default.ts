import { gatewayRequestId } from "../../adapters/api-gateway/invocation-fields.ts";
import { parseMessageEvent } from "../../adapters/api-gateway/message-event.ts";
import { errorFrame } from "../../adapters/api-gateway/route-answers.ts";
import type { Logger } from "../../application/ports/logger.ts";
import { compose, resolve } from "../composition/container.ts";
import { names } from "../composition/names.ts";
import { platform } from "../composition/platform.ts";
import { lambdaHandler } from "./middleware/lambda-handler.ts";

/** Every message that no other route takes: it is told so, and the connection stays usable. */
export function defaultHandler(logger: Logger) {
  return lambdaHandler({
    name: "Default",
    logger,
    handle: async (event, line) => {
      const code = parseMessageEvent(event) === undefined ? "BAD_REQUEST" : "UNKNOWN_ACTION";
      line.add({ outcome: "refused", reason: code });
      return errorFrame(code, gatewayRequestId(event));
    },
    onFault: (_error, event) => errorFrame("INTERNAL", gatewayRequestId(event)),
  });
}

const container = compose(platform);

export const handler = defaultHandler(resolve(container, names.logger));
