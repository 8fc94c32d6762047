import { requestTime } from "../http/request-time.ts";
import { messageIdOn, requestId } from "./ids.ts";
import type { HeaderMaps, QueryMaps } from "./request-maps.ts";

/** The facts about one connection that the gateway keeps from its handshake to its end. */
export type Session = {
  readonly connectionId: string;
  readonly connectedAt: number;
  readonly stage: string;
  readonly apiId: string;
  /** The ARN of a connection to this stage, which the authorizer is asked to allow. */
  readonly methodArn: string;
  /** Absent if the stage defines none. */
  readonly stageVariables?: Readonly<Record<string, string>>;
  readonly domainName: string;
  /** `userAgent` comes first, as in the events. */
  readonly identity: { readonly userAgent?: string; readonly sourceIp: string };
  /** The authorizer's context, every value as text. Absent without an authorizer. */
  readonly authorizer?: Readonly<Record<string, string>>;
};

// The members have the order of events recorded from AWS: people compare events as text.

/** One request to API Gateway. Each event has its own; the two events of a handshake share one. */
export type GatewayRequest = { readonly id: string; readonly at: number };

export function newRequest(at: number): GatewayRequest {
  return { id: requestId(), at };
}

export function authorizerEvent(
  session: Session,
  request: GatewayRequest,
  { headers, query }: { headers: HeaderMaps; query: QueryMaps },
) {
  return {
    type: "REQUEST",
    methodArn: session.methodArn,
    ...headers,
    ...query,
    stageVariables: session.stageVariables ?? {},
    requestContext: requestContext(session, request, { routeKey: "$connect", eventType: "CONNECT" }),
  };
}

/** `query` is absent when the URL had none. */
export function connectEvent(
  session: Session,
  request: GatewayRequest,
  {
    headers,
    query,
    integrationLatency,
  }: { headers: HeaderMaps; query: QueryMaps | undefined; integrationLatency: number | undefined },
) {
  const authorizer = session.authorizer && { ...session.authorizer, integrationLatency };
  return {
    ...headers,
    ...query,
    ...stageVariables(session),
    requestContext: requestContext({ ...session, ...(authorizer && { authorizer }) }, request, {
      routeKey: "$connect",
      eventType: "CONNECT",
    }),
    isBase64Encoded: false,
  };
}

export function messageEvent(
  session: Session,
  request: GatewayRequest,
  { routeKey, body }: { routeKey: string; body: string },
) {
  const messageId = messageIdOn(session.connectionId);
  return {
    ...stageVariables(session),
    requestContext: requestContext(session, request, { routeKey, messageId, eventType: "MESSAGE" }),
    body,
    isBase64Encoded: false,
  };
}

export function disconnectEvent(session: Session, request: GatewayRequest, ended: { code: number; reason: string }) {
  const headers = { Host: session.domainName, "x-api-key": "", "X-Forwarded-For": "", "x-restapi": "" };
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    ...stageVariables(session),
    requestContext: requestContext(session, request, {
      routeKey: "$disconnect",
      disconnectStatusCode: ended.code,
      eventType: "DISCONNECT",
      disconnectReason: ended.reason,
    }),
    isBase64Encoded: false,
  };
}

function stageVariables({ stageVariables }: Session) {
  return stageVariables && { stageVariables };
}

type Own = {
  readonly routeKey: string;
  readonly messageId?: string;
  readonly disconnectStatusCode?: number;
  readonly eventType: "CONNECT" | "MESSAGE" | "DISCONNECT";
  readonly disconnectReason?: string;
};

type WithAuthorizer = Omit<Session, "authorizer"> & { readonly authorizer?: Readonly<Record<string, unknown>> };

function requestContext(session: WithAuthorizer, { id, at }: GatewayRequest, own: Own) {
  const { disconnectReason, disconnectStatusCode, eventType, routeKey, ...afterAuthorizer } = own;
  return {
    routeKey,
    ...(disconnectStatusCode !== undefined && { disconnectStatusCode }),
    ...(session.authorizer && { authorizer: session.authorizer }),
    ...afterAuthorizer,
    eventType,
    extendedRequestId: id,
    requestTime: requestTime(at),
    messageDirection: "IN",
    ...(disconnectReason !== undefined && { disconnectReason }),
    stage: session.stage,
    connectedAt: session.connectedAt,
    requestTimeEpoch: at,
    identity: session.identity,
    requestId: id,
    domainName: session.domainName,
    connectionId: session.connectionId,
    apiId: session.apiId,
  };
}
