import { invocationFields } from "../../../adapters/api-gateway/invocation-fields.ts";
import { connected, FAILED } from "../../../adapters/api-gateway/route-responses.ts";
import { parseConnectEvent } from "../../../adapters/api-gateway/websocket-events.ts";
import type { OpenConnection } from "../../../application/connections/open-and-close.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { selectedSubprotocol } from "../../../domain/token/credentials.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";

/** The last step of the handshake: any status but 200 refuses it, and no WebSocket opens. */
export function connectHandler({ open, logger }: { readonly open: OpenConnection; readonly logger: Logger }) {
  return lambdaHandler({
    name: "Connect",
    logger,
    logFieldsOf: invocationFields,
    handle: async (event, log) => {
      const { opening, subprotocols } = parseConnectEvent(event);
      log.add({ userId: opening.identity.userId });
      const outcome = await open(opening);
      log.add({ outcome });
      return outcome === "stored" ? connected(selectedSubprotocol(subprotocols)) : FAILED;
    },
    onFault: () => FAILED,
  });
}
