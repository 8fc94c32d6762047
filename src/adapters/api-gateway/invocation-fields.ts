import type { LogFields } from "../../application/ports/logger.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import { objectField, textField } from "./event-fields.ts";

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
