import type { HttpRequest, HttpResponse } from "../http/http-service.ts";
import { decodeUtf8, isPlainObject, type PlainObject, parseJson } from "../json.ts";

/** The JSON object in a request's body. Undefined if it is none. */
export function jsonBody({ body }: HttpRequest): PlainObject | undefined {
  const text = decodeUtf8(body);
  const value = text === undefined ? undefined : parseJson(text)?.value;
  return isPlainObject(value) ? value : undefined;
}

export function jsonResponse(value: object, status = 200): HttpResponse {
  return {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
    body: `${JSON.stringify(value, null, 2)}\n`,
  };
}

export function badRequest(message: string): HttpResponse {
  return jsonResponse({ message }, 400);
}

export function methodNotAllowed(allow: string): HttpResponse {
  return { status: 405, headers: { allow }, body: "" };
}
