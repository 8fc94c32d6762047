import type { OpeningConnection } from "../../application/connections/open-connection.ts";
import type { SubscriptionRequest } from "../../application/subscriptions/subscribe.ts";
import { type ConnectionId, parseConnectionId } from "../../domain/connection/connection-id.ts";
import { MalformedInputError } from "../../domain/errors.ts";
import { parseIdentity } from "../../domain/identity/identity.ts";
import { parseUserId } from "../../domain/identity/user-id.ts";
import { ownProperty, type PlainObject } from "../../domain/plain-object.ts";
import { isPlainText } from "../../domain/text.ts";
import { parseEpochMillis, parseEpochSeconds } from "../../domain/time.ts";
import { headerValues, objectField, parseRouteEvent, textField } from "./event-fields.ts";

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
  const { connectedAt, tokenExpiresAt } = lifetimeIn(requestContext);
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

/** Who sent a message: as the authorizer said when the connection was opened, which the gateway repeats. */
export function parseSender(value: unknown): Omit<SubscriptionRequest, "entityId"> {
  const { requestContext } = parseRouteEvent(value, "MESSAGE");
  const authorizer = objectField(requestContext, "authorizer");
  const userId = parseUserId(ownProperty(authorizer, "userId"));
  const { connectedAt, tokenExpiresAt } = lifetimeIn(requestContext);
  if (!userId || !connectedAt || !tokenExpiresAt) throw new MalformedInputError("MALFORMED_EVENT");
  return { connectionId: connectionIdIn(requestContext), userId, connectedAt, tokenExpiresAt };
}

export function parseDisconnectEvent(value: unknown): ConnectionId {
  return connectionIdIn(parseRouteEvent(value, "DISCONNECT").requestContext);
}

/** When it began, and when at the latest it ends: the gateway turns the authorizer's context into text. */
function lifetimeIn(requestContext: PlainObject) {
  return {
    connectedAt: parseEpochMillis(ownProperty(requestContext, "connectedAt")),
    tokenExpiresAt: parseEpochSeconds(Number(textField(objectField(requestContext, "authorizer"), "tokenExpiresAt"))),
  };
}

/** From the request context alone: a client may write any id into a header or a body. */
function connectionIdIn(requestContext: PlainObject): ConnectionId {
  const id = parseConnectionId(ownProperty(requestContext, "connectionId"));
  if (id === undefined) throw new MalformedInputError("MALFORMED_CONNECTION_ID");
  return id;
}
