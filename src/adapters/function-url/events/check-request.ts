import type { ConnectionAttempt } from "../../../application/access/authorize-connection.ts";
import type { LogFields } from "../../../application/ports/logger.ts";
import { MalformedInputError } from "../../../domain/errors.ts";
import { isPlainObject, ownProperty, type PlainObject } from "../../../domain/plain-object.ts";
import { objectField, textField } from "../../event-members.ts";

/** A request to the check endpoint, or the status of one that is none. */
export type CheckRequest =
  | { readonly kind: "check"; readonly attempt: ConnectionAttempt }
  | { readonly kind: "no-check"; readonly status: 400 | 404 | 405 };

/** The last part of the function's URL. */
const PATH = "/check";

/**
 * Reads the event of a function URL (payload format 2.0), in which repeated headers are one, with commas. A token counts
 * only in the header `Authorization`. Throws MalformedInputError for another event.
 */
export function parseCheckEvent(event: unknown): CheckRequest {
  if (!isPlainObject(event)) throw new MalformedInputError("MALFORMED_EVENT");
  const method = textField(objectField(objectField(event, "requestContext"), "http"), "method");
  const path = textField(event, "rawPath");
  if (ownProperty(event, "version") !== "2.0" || method === undefined || path === undefined) {
    throw new MalformedInputError("MALFORMED_EVENT");
  }
  if (path !== PATH) return { kind: "no-check", status: 404 };
  if (method !== "POST") return { kind: "no-check", status: 405 };
  if (textField(event, "rawQueryString") || textField(event, "body")) return { kind: "no-check", status: 400 };
  const headers = objectField(event, "headers");
  const credentials = { query: [], subprotocols: [], authorization: valuesOf(headers, "authorization") };
  return { kind: "check", attempt: { credentials, origins: valuesOf(headers, "origin") } };
}

/** The fields that identify a request to a function URL in the log. */
export function urlFields(event: unknown): LogFields {
  if (!isPlainObject(event)) return {};
  const requestContext = objectField(event, "requestContext");
  const gatewayRequestId = textField(requestContext, "requestId");
  const sourceIp = textField(objectField(requestContext, "http"), "sourceIp");
  return {
    ...(gatewayRequestId !== undefined && { gatewayRequestId }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}

function valuesOf(headers: PlainObject, name: string): readonly string[] {
  const value = textField(headers, name);
  return value === undefined ? [] : [value];
}
