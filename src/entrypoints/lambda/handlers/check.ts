import type { CheckCode } from "@portcullis/protocol";
import { parseCheckEvent, urlFields } from "../../../adapters/function-url/events/check-request.ts";
import {
  noCheck,
  type UrlResponse,
  WOULD_CONNECT,
  withoutToken,
  wouldBeRefused,
} from "../../../adapters/function-url/events/check-response.ts";
import type { AdmissionVerdict, CheckAdmission } from "../../../application/access/check-admission.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import { lambdaHandler } from "../middleware/lambda-handler.ts";
import { verdictFields } from "../middleware/token-fields.ts";

type CheckServices = { readonly check: CheckAdmission; readonly logger: Logger };

/** Tells a client why its handshake is refused, which a browser hides. It lets no caller in. */
export function checkHandler({ check, logger }: CheckServices) {
  return lambdaHandler({
    name: "Check",
    logger,
    logFieldsOf: urlFields,
    handle: async (event, log) => {
      const request = parseCheckEvent(event);
      if (request.kind === "no-check") {
        log.add({ outcome: "rejected", reason: "BAD_REQUEST" });
        return noCheck(request.status);
      }
      const verdict = await check(request.attempt);
      log.add(verdictFields(verdict));
      return responseTo(verdict);
    },
    onFault: () => wouldBeRefused("INTERNAL"),
  });
}

function responseTo(verdict: AdmissionVerdict): UrlResponse {
  if (verdict.kind === "accepted") return WOULD_CONNECT;
  if (verdict.kind === "rejected" && verdict.reason === "TOKEN_MISSING") return withoutToken();
  return wouldBeRefused(codeOf(verdict));
}

function codeOf(verdict: Exclude<AdmissionVerdict, { readonly kind: "accepted" }>): CheckCode {
  switch (verdict.kind) {
    case "rejected":
      return verdict.reason === "EXPIRED" ? "TOKEN_EXPIRED" : "TOKEN_REFUSED";
    case "refused":
      return "ORIGIN_FORBIDDEN";
    case "limit-reached":
      return "CONNECTION_LIMIT";
    case "revoked":
      return "TOKEN_REVOKED";
  }
}
