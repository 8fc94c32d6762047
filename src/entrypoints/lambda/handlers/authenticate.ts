import { authenticatedFrame, type ErrorCode, errorFrame } from "@portcullis/protocol";
import { parseAuthenticateFrame } from "../../../adapters/api-gateway/client-frames.ts";
import { callerFields } from "../../../adapters/api-gateway/invocation-fields.ts";
import { frameResponse } from "../../../adapters/api-gateway/route-responses.ts";
import { parseRenewingSender } from "../../../adapters/api-gateway/websocket-events.ts";
import type { RenewalOutcome, RenewConnection } from "../../../application/connections/renew-connection.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { wholeSeconds } from "../../../domain/time.ts";
import { NOT_ACTED_UPON } from "../middleware/absences.ts";
import { messageHandler } from "../middleware/message-handler.ts";
import { tokenFields } from "../middleware/token-fields.ts";

const REFUSALS = {
  ...NOT_ACTED_UPON,
  refused: "TOKEN_REFUSED",
  "user-changed": "USER_CHANGED",
} as const satisfies Record<Exclude<RenewalOutcome["kind"], "renewed">, ErrorCode>;

type AuthenticateServices = { readonly renew: RenewConnection; readonly logger: Logger };

/** Moves the end of the sender's own connection. Acknowledged only when every later request sees the new end. */
export function authenticateHandler({ renew, logger }: AuthenticateServices) {
  return messageHandler({
    name: "Authenticate",
    logger,
    parse: parseAuthenticateFrame,
    act: async ({ token, id, seq }, { event, reference, log }) => {
      log.add(callerFields(event));
      const outcome = await renew({ ...parseRenewingSender(event), token, seq });
      log.add({
        outcome: outcome.kind,
        ...(outcome.kind === "refused" && { reason: outcome.reason }),
        ...(outcome.token && tokenFields(outcome.token)),
      });
      if (outcome.kind !== "renewed") return frameResponse(errorFrame(REFUSALS[outcome.kind], reference));
      const { now, token: renewed } = outcome;
      return frameResponse(authenticatedFrame({ now, expiresAt: wholeSeconds(renewed.expiresAt), id }));
    },
  });
}
