import { connectionFields } from "../../../adapters/api-gateway/invocation-fields.ts";
import {
  connected,
  FAILED,
  type RouteResponse,
  TOO_MANY_CONNECTIONS,
  UNAUTHORIZED,
} from "../../../adapters/api-gateway/route-responses.ts";
import { parseConnectEvent } from "../../../adapters/api-gateway/websocket-events.ts";
import type { OpenConnection, OpeningOutcome } from "../../../application/connections/open-and-close.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { selectedSubprotocol } from "../../../domain/token/credentials.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";

const REFUSALS = {
  revoked: UNAUTHORIZED,
  "limit-reached": TOO_MANY_CONNECTIONS,
  closed: FAILED,
  taken: FAILED,
} as const satisfies Record<Exclude<OpeningOutcome, "stored">, RouteResponse>;

/** The last step of the handshake: any status but 200 refuses it, and no WebSocket opens. */
export function connectHandler({ open, logger }: { readonly open: OpenConnection; readonly logger: Logger }) {
  return lambdaHandler({
    name: "Connect",
    logger,
    logFieldsOf: connectionFields,
    handle: async (event, log) => {
      const { opening, subprotocols } = parseConnectEvent(event);
      log.add({ expiresAt: opening.token.expiresAt });
      const outcome = await open(opening);
      log.add({ outcome });
      if (outcome === "stored") return connected(selectedSubprotocol(subprotocols));
      return REFUSALS[outcome] ?? FAILED;
    },
    onFault: () => FAILED,
  });
}
