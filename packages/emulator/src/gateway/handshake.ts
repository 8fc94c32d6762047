import type { IncomingMessage } from "node:http";
import type { AwsAccount } from "../aws-account.ts";
import type { Access } from "../http/access.ts";
import { peerAddress } from "../http/peer.ts";
import { divideUrl, parseQuery } from "../http/query.ts";
import { HIDDEN, redact } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import type { ApiDescription, Stage } from "./api-description.ts";
import { type Authorize, hasIdentity } from "./authorize.ts";
import { connectEvent, newRequest, type Session } from "./events.ts";
import { connectionId } from "./ids.ts";
import { type InvokeIntegration, readConnectResponse } from "./integration.ts";
import {
  functionsRefusal,
  gatewaysRefusal,
  type HandshakeError,
  missingParameters,
  type Refusal,
  THROTTLED,
} from "./refusal.ts";
import { authorizerHeaders, connectHeaders, queryMaps } from "./request-maps.ts";
import type { WithinThrottle } from "./throttles.ts";
import { checkUpgrade } from "./upgrade-request.ts";

export type HandshakeOutcome =
  | { readonly kind: "admitted"; readonly session: Session; readonly subprotocol: string | undefined }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * The steps before the 101, in API Gateway's order: the request itself, the quota, the authorizer, the required
 * parameters, the `$connect` integration. The upgrade waits for all of them, so a refused client never has a WebSocket.
 */
export function makeHandshake(deps: {
  readonly api: ApiDescription;
  readonly account: AwsAccount;
  readonly access: Pick<Access, "isLocalHost">;
  readonly authorize: Authorize;
  readonly invokeIntegration: InvokeIntegration;
  readonly withinQuota: () => boolean;
  readonly withinThrottle: WithinThrottle;
  readonly scheduler: Scheduler;
}): (request: IncomingMessage) => Promise<HandshakeOutcome> {
  const { api, account, scheduler } = deps;
  const route = api.routes.find(({ routeKey }) => routeKey === "$connect");

  return async (upgrade) => {
    const checked = checkUpgrade(upgrade, api, deps.access);
    if (checked.kind === "refused") return checked;
    const { name: stage } = checked.stage;
    if (route !== undefined && !deps.withinThrottle(stage, "$connect")) return { kind: "refused", refusal: THROTTLED };
    if (!deps.withinQuota()) return { kind: "refused", refusal: THROTTLED };
    const client = { ip: peerAddress(upgrade.socket), now: scheduler.now() };
    const session = newSession(upgrade, checked.stage, { ...client, account });
    // A $connect route is optional.
    if (route === undefined) return { kind: "admitted", session, subprotocol: undefined };

    const { query: sent } = divideUrl(upgrade.url);
    const query = queryMaps(sent);
    const request = newRequest(scheduler.now());
    const authorization =
      route.authorizer &&
      (await deps.authorize(route.authorizer, session, request, {
        headers: authorizerHeaders(upgrade.rawHeaders, client),
        query,
      }));
    const refuseWith = (error: HandshakeError): HandshakeOutcome => {
      return { kind: "refused", refusal: gatewaysRefusal(error, session.connectionId, request.id) };
    };
    if (authorization?.kind === "refused") return refuseWith(authorization.error);

    const authorized = authorization ? { ...session, authorizer: authorization.context } : session;
    const headers = connectHeaders(upgrade.rawHeaders, client);
    const identifiable = { headers, query, session, request };
    const missing = route.requiredParameters?.filter((parameter) => !hasIdentity([parameter], identifiable)) ?? [];
    if (missing.length > 0) return refuseWith(missingParameters(missing.map(nameOfParameter)));

    const event = connectEvent(authorized, request, {
      headers,
      query: sent === "" ? undefined : query,
      integrationLatency: authorization?.latency,
    });
    const response = readConnectResponse(await deps.invokeIntegration(route, event));
    switch (response.kind) {
      case "accepted":
        return { kind: "admitted", session: authorized, subprotocol: response.subprotocol };
      case "refused":
        return { kind: "refused", refusal: functionsRefusal(response, request.id) };
      case "failed":
        return refuseWith(response.error);
    }
  };
}

/** `X-Key` of `route.request.header.X-Key`. */
function nameOfParameter(parameter: string): string {
  return parameter.split(".").slice(3).join(".");
}

function newSession(
  { headers }: IncomingMessage,
  { name, variables }: Stage,
  client: { ip: string; now: number; account: AwsAccount },
): Session {
  const userAgent = headers["user-agent"];
  const { accountId, region, apiId } = client.account;
  return {
    connectionId: connectionId(),
    connectedAt: client.now,
    stage: name,
    apiId,
    methodArn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/${name}/$connect`,
    ...(variables && { stageVariables: variables }),
    domainName: headers.host ?? "",
    identity: { ...(userAgent !== undefined && { userAgent }), sourceIp: client.ip },
  };
}

/** A name has letters, digits, hyphens and underscores. Unlike a token it has no dots. */
const PLAIN_SEGMENT = /^[\w-]*$/;

/** A client's request, without the parts that may be credentials. */
export function describeHandshake({ method = "", url, headers }: IncomingMessage) {
  const { path, query } = divideUrl(url);
  const offered = headers["sec-websocket-protocol"]?.split(",") ?? [];
  return {
    method,
    path: path
      .split("/")
      .map((segment) => (PLAIN_SEGMENT.test(segment) ? redact(segment) : HIDDEN))
      .join("/"),
    query: parseQuery(query).map(([name]) => redact(name)),
    subprotocols: offered.map((name, index) => (index === 0 ? redact(name.trim()) : HIDDEN)),
  };
}
