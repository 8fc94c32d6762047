import { MalformedInputError } from "../../domain/errors.ts";
import { isPlainObject, type PlainObject } from "../../domain/plain-object.ts";
import { objectField, textField } from "../event-members.ts";

export function parseEvent(event: unknown): { readonly event: PlainObject; readonly requestContext: PlainObject } {
  if (!isPlainObject(event)) throw new MalformedInputError("MALFORMED_EVENT");
  return { event, requestContext: objectField(event, "requestContext") };
}

/**
 * Throws MalformedInputError for an event of another type. API Gateway never sends one, but another gateway, or a
 * template with a wrong target, may send a client's message to `$disconnect`.
 */
export function parseRouteEvent(value: unknown, eventType: "CONNECT" | "DISCONNECT" | "MESSAGE") {
  const parsed = parseEvent(value);
  if (textField(parsed.requestContext, "eventType") !== eventType) throw new MalformedInputError("MALFORMED_EVENT");
  return parsed;
}

/**
 * All values of a header, with its name in any case (RFC 9110 section 5.1). The multi-value map has all of them; the
 * single-value map is read if an event has no other.
 */
export function headerValues(event: PlainObject, name: string): string[] {
  const multi = valuesOf(objectField(event, "multiValueHeaders"), (key) => key.toLowerCase() === name);
  return multi.length > 0 ? multi : valuesOf(objectField(event, "headers"), (key) => key.toLowerCase() === name);
}

/** All values of a query parameter; its name is case-sensitive. */
export function queryValues(event: PlainObject, name: string): string[] {
  const multi = valuesOf(objectField(event, "multiValueQueryStringParameters"), (key) => key === name);
  return multi.length > 0 ? multi : valuesOf(objectField(event, "queryStringParameters"), (key) => key === name);
}

function valuesOf(map: PlainObject, matches: (key: string) => boolean): string[] {
  return Object.entries(map)
    .filter(([key]) => matches(key))
    .flatMap(([, value]) => value)
    .filter((value) => typeof value === "string");
}
