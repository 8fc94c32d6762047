import type { HttpRequest, HttpResponse, HttpService } from "../http/http-service.ts";
import { printableJson } from "../printable.ts";

/** The query of a request that a report does not understand. The message names the parameter. */
export class QueryError extends Error {
  override readonly name = "QueryError";
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

/** Serves one path of the emulator's own API, for GET alone. */
export function makeLocalService(
  path: string,
  respond: (request: HttpRequest) => Promise<HttpResponse> | HttpResponse,
): HttpService {
  return async (request) => {
    if (request.path !== path) return undefined;
    if (request.method !== "GET") return { status: 405, headers: { ...LOCAL_HEADERS, allow: "GET" }, body: "" };
    try {
      return await respond(request);
    } catch (error) {
      if (error instanceof QueryError) return localJson({ message: error.message }, 400);
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
  throw new QueryError(`${name} must be a whole number from ${min} to ${max}`);
}

export function isoTime(millis: number): string {
  return new Date(millis).toISOString();
}
