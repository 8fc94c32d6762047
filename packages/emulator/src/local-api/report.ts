import type { HttpRequest, HttpResponse, HttpService } from "../http/http-service.ts";
import { decodeUtf8, isPlainObject, type PlainObject, parseJson } from "../json.ts";
import { printableJson } from "../printing/printable.ts";

/** A query or a body that a service does not understand. The message says what was expected, and repeats no value. */
export class RequestError extends Error {
  override readonly name = "RequestError";
}

/**
 * Headers of every response under `/_local`. The content is of this moment, and pages of other origins must not embed
 * it.
 */
export const LOCAL_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "cross-origin-resource-policy": "same-origin",
} as const;

type Respond = (request: HttpRequest) => Promise<HttpResponse> | HttpResponse;

/** Serves one path of the emulator's own API: for GET, and for PUT if it can be changed. */
export function makeLocalService(path: string, get: Respond, put?: Respond): HttpService {
  const methods = new Map([["GET", get], ...(put === undefined ? [] : [["PUT", put] as const])]);
  const allow = [...methods.keys()].join(", ");
  return async (request) => {
    if (request.path !== path) return undefined;
    const respond = methods.get(request.method);
    if (respond === undefined) return { status: 405, headers: { ...LOCAL_HEADERS, allow }, body: "" };
    try {
      return await respond(request);
    } catch (error) {
      if (error instanceof RequestError) return localJson({ message: error.message }, 400);
      throw error;
    }
  };
}

/** Serves a description of the present state as JSON, indented for people. */
export function makeReport(path: string, describe: (query: URLSearchParams) => Promise<object> | object): HttpService {
  return makeLocalService(path, async ({ query }) => localJson(await describe(query)));
}

export function localJson(value: object, status = 200): HttpResponse {
  return {
    status,
    headers: { ...LOCAL_HEADERS, "content-type": "application/json" },
    body: `${printableJson(JSON.stringify(value, null, 2))}\n`,
  };
}

/** The JSON object in a request's body; empty if it is none. */
export function jsonObjectIn({ body }: HttpRequest): PlainObject {
  const text = decodeUtf8(body);
  const value = text === undefined ? undefined : parseJson(text)?.value;
  return isPlainObject(value) ? value : {};
}

/** A whole number of the query, within bounds. */
export function numberIn(
  query: URLSearchParams,
  name: string,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const text = query.get(name);
  if (text === null) return fallback;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new RequestError(`${name} must be a whole number from ${min} to ${max}`);
}

export function isoTime(millis: number): string {
  return new Date(millis).toISOString();
}
