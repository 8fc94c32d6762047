import type { LogFields } from "../../application/ports/logger.ts";
import { isPlainObject, ownProperty } from "../../domain/plain-object.ts";
import { objectField, textField } from "../event-members.ts";

/**
 * The fields that identify an event in the log, as far as the event has them: ids and the route, never data that a
 * client sent.
 */
export function invocationFields(event: unknown): LogFields {
  if (!isPlainObject(event)) return {};
  const requestContext = objectField(event, "requestContext");
  const connectionId = textField(requestContext, "connectionId");
  const gatewayRequestId = textField(requestContext, "requestId");
  const routeKey = textField(requestContext, "routeKey");
  return {
    ...(connectionId !== undefined && { connectionId }),
    ...(gatewayRequestId !== undefined && { gatewayRequestId }),
    ...(routeKey !== undefined && { routeKey }),
  };
}

/** `invocationFields` with the caller: the address that the gateway saw, and the user that the authorizer named. */
export function callerFields(event: unknown): LogFields {
  if (!isPlainObject(event)) return {};
  const requestContext = objectField(event, "requestContext");
  const authorizer = objectField(requestContext, "authorizer");
  const sourceIp = textField(objectField(requestContext, "identity"), "sourceIp");
  const userId = textField(authorizer, "userId");
  const issuer = textField(authorizer, "issuer");
  return {
    ...invocationFields(event),
    ...(userId !== undefined && { userId }),
    ...(issuer !== undefined && { issuer }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}

/**
 * `callerFields` with the token of the handshake, and the gateway's words about a close. A client chooses the reason in
 * its close frame, so that it is never a dimension of a metric.
 */
export function connectionFields(event: unknown): LogFields {
  if (!isPlainObject(event)) return {};
  const requestContext = objectField(event, "requestContext");
  const tokenId = textField(objectField(requestContext, "authorizer"), "tokenId");
  const disconnectReason = textField(requestContext, "disconnectReason");
  const disconnectStatusCode = ownProperty(requestContext, "disconnectStatusCode");
  return {
    ...callerFields(event),
    ...(tokenId !== undefined && { tokenId }),
    ...(disconnectReason !== undefined && { disconnectReason }),
    ...(typeof disconnectStatusCode === "number" && { disconnectStatusCode }),
  };
}
