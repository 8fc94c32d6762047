import type { IncomingMessage } from "node:http";
import type { Scheduler } from "../scheduler.ts";
import type { ApiDescription } from "./api-description.ts";
import type { Authorize } from "./authorize.ts";
import { readConnectAnswer } from "./connect-answer.ts";
import { connectEvent, newRequest } from "./events.ts";
import { authorizerHeaders, connectHeaders } from "./header-maps.ts";
import { gatewayId } from "./ids.ts";
import type { Integrate } from "./integration.ts";
import { queryMaps } from "./query-maps.ts";
import { type Refusal, THROTTLED } from "./refusal.ts";
import type { Session } from "./session.ts";
import { findUpgradeFault } from "./upgrade-request.ts";

export type Handshake =
  | { readonly kind: "admitted"; readonly session: Session; readonly subprotocol: string | undefined }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * Everything that comes before the 101, in API Gateway's order: the request itself, the quota, the authorizer, the
 * `$connect` integration. The upgrade waits for all of it, so whoever is refused never had a WebSocket.
 */
export function makeHandshake(deps: {
  readonly api: ApiDescription;
  readonly authorize: Authorize;
  readonly integrate: Integrate;
  readonly withinQuota: () => boolean;
  readonly scheduler: Scheduler;
}): (request: IncomingMessage) => Promise<Handshake> {
  const { api, scheduler } = deps;
  const route = api.routes.find(({ routeKey }) => routeKey === "$connect");

  return async (upgrade) => {
    const fault = findUpgradeFault(upgrade, api.stage) ?? (deps.withinQuota() ? undefined : THROTTLED);
    if (fault !== undefined) return { kind: "refused", refusal: fault };
    const client = { ip: upgrade.socket.remoteAddress ?? "", now: scheduler.now() };
    const session = newSession(upgrade, api, client);
    // A $connect route is optional: without one nobody is asked.
    if (route === undefined) return { kind: "admitted", session, subprotocol: undefined };

    const query = upgrade.url?.split(/\?(.*)/s)[1] ?? "";
    const request = newRequest(scheduler.now());
    const authorization =
      route.authorizer &&
      (await deps.authorize(route.authorizer, session, request, {
        headers: authorizerHeaders(upgrade.rawHeaders, client),
        query: queryMaps(query),
      }));
    if (authorization?.kind === "refused") return authorization;

    const authorized = authorization ? { ...session, authorizer: authorization.context } : session;
    const event = connectEvent(authorized, request, {
      headers: connectHeaders(upgrade.rawHeaders, client),
      query: query === "" ? undefined : queryMaps(query),
      integrationLatency: authorization?.latency,
    });
    const answer = readConnectAnswer(await deps.integrate(route.functionName, event));
    if (answer.kind === "refused") return answer;
    return { kind: "admitted", session: authorized, subprotocol: answer.subprotocol };
  };
}

function newSession(
  { headers }: IncomingMessage,
  { stage, stageVariables }: ApiDescription,
  client: { ip: string; now: number },
): Session {
  const userAgent = headers["user-agent"];
  return {
    connectionId: gatewayId(),
    connectedAt: client.now,
    stage,
    ...(stageVariables && { stageVariables }),
    domainName: headers.host ?? "",
    identity: { ...(userAgent !== undefined && { userAgent }), sourceIp: client.ip },
  };
}
