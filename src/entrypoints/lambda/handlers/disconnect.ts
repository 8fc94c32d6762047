import { connectionFields } from "../../../adapters/api-gateway/invocation-fields.ts";
import { DONE, FAILED } from "../../../adapters/api-gateway/route-responses.ts";
import { parseDisconnectEvent } from "../../../adapters/api-gateway/websocket-events.ts";
import type { CloseConnection } from "../../../application/connections/open-and-close.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";

/** Runs after the socket has closed: the gateway calls once and ignores the response. Expiry replaces a lost call. */
export function disconnectHandler({ close, logger }: { readonly close: CloseConnection; readonly logger: Logger }) {
  return lambdaHandler({
    name: "Disconnect",
    logger,
    logFieldsOf: connectionFields,
    handle: async (event, log) => {
      await close(parseDisconnectEvent(event));
      log.add({ outcome: "closed" });
      return DONE;
    },
    onFault: () => FAILED,
  });
}
