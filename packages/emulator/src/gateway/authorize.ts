import type { Scheduler } from "../scheduler.ts";
import type { Authorizer } from "./api-description.ts";
import { judgeAuthorizerResult } from "./authorizer-result.ts";
import { authorizerEvent, type GatewayRequest } from "./events.ts";
import type { HeaderMaps } from "./header-maps.ts";
import { hasIdentity } from "./identity-source.ts";
import type { Integrate } from "./integration.ts";
import type { QueryMaps } from "./query-maps.ts";
import {
  AUTHORIZER_FAILED,
  AUTHORIZER_MISCONFIGURED,
  EXPLICIT_DENY,
  type HandshakeError,
  IMPLICIT_DENY,
  UNAUTHORIZED,
} from "./refusal.ts";
import type { Session } from "./session.ts";

type Authorization =
  | { readonly kind: "authorized"; readonly context: Readonly<Record<string, string>>; readonly latency: number }
  | { readonly kind: "refused"; readonly error: HandshakeError };

export type Authorize = (
  authorizer: Authorizer,
  session: Session,
  request: GatewayRequest,
  sent: { readonly headers: HeaderMaps; readonly query: QueryMaps },
) => Promise<Authorization>;

/** The one text of an error that API Gateway takes for "who is this?"; any other is a fault of the authorizer's. */
const UNAUTHORIZED_ERROR = "Unauthorized";

/** Asks the authorizer. Nothing but a valid policy that allows this connection lets it on. */
export function makeAuthorize(deps: { readonly integrate: Integrate; readonly scheduler: Scheduler }): Authorize {
  return async (authorizer, session, request, sent) => {
    if (!hasIdentity(authorizer.identitySources, { ...sent, session, request })) return refused(UNAUTHORIZED);
    const askedAt = deps.scheduler.now();
    const answer = await deps.integrate(authorizer, authorizerEvent(session, request, sent));
    if (answer.kind === "failed" && answer.error.errorMessage === UNAUTHORIZED_ERROR) return refused(UNAUTHORIZED);
    if (answer.kind !== "returned") return refused(AUTHORIZER_FAILED);
    const verdict = judgeAuthorizerResult(answer.json, session.stage);
    switch (verdict.kind) {
      case "allowed":
        return { kind: "authorized", context: verdict.context, latency: deps.scheduler.now() - askedAt };
      case "denied":
        return refused(verdict.explicitly ? EXPLICIT_DENY : IMPLICIT_DENY);
      case "misconfigured":
        return refused(AUTHORIZER_MISCONFIGURED);
    }
  };
}

function refused(error: HandshakeError): Authorization {
  return { kind: "refused", error };
}
