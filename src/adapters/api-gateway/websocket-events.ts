import { isCorrelationId, type MessageReference } from "@portcullis/protocol";
import type { ConnectionAttempt } from "../../application/access/authorize-connection.ts";
import type { OpeningConnection } from "../../application/connections/open-and-close.ts";
import type { SubscriptionRequest } from "../../application/subscriptions/subscribe.ts";
import { type ConnectionId, parseConnectionId } from "../../domain/connection/connection.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { type Grants, NO_GRANTS, parseGrants } from "../../domain/identity/grants.ts";
import { parseIdentity, parseUserId } from "../../domain/identity/identity.ts";
import { ownProperty, type PlainObject, parseJson, parseJsonObject } from "../../domain/plain-object.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { isPlainText } from "../../domain/text.ts";
import { parseEpochMillis, parseEpochSeconds } from "../../domain/time.ts";
import { headerValues, objectField, parseEvent, parseRouteEvent, queryValues, textField } from "./event-fields.ts";

/** A handshake that asks to be let in, as a REQUEST authorizer on `$connect` is told of it. */
export type Handshake = { readonly methodArn: string; readonly attempt: ConnectionAttempt };

/** Throws MalformedInputError for anything but such an event: nothing else may ask. */
export function parseAuthorizerEvent(value: unknown): Handshake {
  const { event } = parseEvent(value);
  const methodArn = textField(event, "methodArn");
  if (textField(event, "type") !== "REQUEST" || methodArn === undefined || !METHOD_ARN.test(methodArn)) {
    throw new MalformedInputError("MALFORMED_EVENT");
  }
  const credentials = {
    query: queryValues(event, "access_token"),
    subprotocols: headerValues(event, "sec-websocket-protocol"),
  };
  return { methodArn, attempt: { credentials, origins: headerValues(event, "origin") } };
}

/** API, stage and `$connect`. Neither wildcard of an IAM policy may come in by way of it. */
const METHOD_ARN = /^arn:aws[a-z-]*:execute-api:[a-z0-9-]+:\d{12}:[A-Za-z0-9]+\/[A-Za-z0-9_-]+\/\$connect$/;

/** In bytes. An IPv6 address with a zone fits the first; real user agents the second, others are left out. */
const MAX_SOURCE_IP = 64;
const MAX_USER_AGENT = 512;

/** Every field is the gateway's or the authorizer's; what the client can set decides nothing. */
export function parseConnectEvent(value: unknown): {
  readonly opening: OpeningConnection;
  readonly subprotocols: readonly string[];
} {
  const { event, requestContext } = parseRouteEvent(value, "CONNECT");
  const authorizer = objectField(requestContext, "authorizer");
  const gatewayIdentity = objectField(requestContext, "identity");
  const sourceIp = textField(gatewayIdentity, "sourceIp");
  const userAgent = textField(gatewayIdentity, "userAgent");
  const identity = parseIdentity(authorizer);
  const connectedAt = parseEpochMillis(ownProperty(requestContext, "connectedAt"));
  // The gateway turns the authorizer's context into text.
  const tokenExpiresAt = parseEpochSeconds(Number(textField(authorizer, "tokenExpiresAt")));
  // Without an identity this is a `$connect` route without its authorizer: it must not open.
  if (!identity || !connectedAt || !tokenExpiresAt || !isPlainText(sourceIp, MAX_SOURCE_IP)) {
    throw new MalformedInputError("MALFORMED_EVENT");
  }
  return {
    opening: {
      id: connectionIdIn(requestContext),
      identity,
      sourceIp,
      ...(isPlainText(userAgent, MAX_USER_AGENT) && { userAgent }),
      connectedAt,
      tokenExpiresAt,
    },
    subprotocols: headerValues(event, "sec-websocket-protocol"),
  };
}

/**
 * Who sent a message: as the authorizer said when the connection was opened, which the gateway repeats for ever. So it is
 * not asked when the connection ends: the connection's record knows.
 */
export function parseSender(value: unknown): Omit<SubscriptionRequest, "entityId"> {
  const { requestContext } = parseRouteEvent(value, "MESSAGE");
  const authorizer = objectField(requestContext, "authorizer");
  const userId = parseUserId(ownProperty(authorizer, "userId"));
  const grants = grantsIn(authorizer);
  if (!userId || !grants) throw new MalformedInputError("MALFORMED_EVENT");
  return { connectionId: connectionIdIn(requestContext), userId, grants };
}

/** JSON in one key of the authorizer's context, whose values are flat texts; absent without a grant. */
function grantsIn(authorizer: PlainObject): Grants | undefined {
  if (!Object.hasOwn(authorizer, "grants")) return NO_GRANTS;
  return parseGrants(parseJson(textField(authorizer, "grants") ?? ""));
}

export function parseDisconnectEvent(value: unknown): ConnectionId {
  return connectionIdIn(parseRouteEvent(value, "DISCONNECT").requestContext);
}

/** From the request context alone: a client may write any id into a header or a body. */
function connectionIdIn(requestContext: PlainObject): ConnectionId {
  const id = parseConnectionId(ownProperty(requestContext, "connectionId"));
  if (id === undefined) throw new MalformedInputError("MALFORMED_CONNECTION_ID");
  return id;
}

/** Deeper than any frame of ours. */
const MAX_DEPTH = 32;

export type ClientMessage = {
  readonly reference: MessageReference;
  /** Undefined for a text that is no JSON object. */
  readonly frame: PlainObject | undefined;
};

/** Throws MalformedInputError for an event that is not a client's message. */
export function parseMessageEvent(value: unknown): ClientMessage {
  const { event, requestContext } = parseRouteEvent(value, "MESSAGE");
  const body = textField(event, "body") ?? "";
  const frame = parseStrictObject(body, MAX_DEPTH);
  // Also of an object that is refused: without its id the client waits for its response for ever.
  const id = textField(frame ?? parseJsonObject(body) ?? {}, "id");
  return {
    reference: {
      requestId: textField(requestContext, "requestId") ?? "",
      ...(id !== undefined && isCorrelationId(id) && { id }),
    },
    frame,
  };
}
