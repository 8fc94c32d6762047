import { validateHeaderName, validateHeaderValue } from "node:http";
import type { HttpResponse } from "../http/http-service.ts";
import { isPlainObject, ownProperty, type PlainObject } from "../json.ts";
import type { InvocationResult } from "../lambda/lambda-function.ts";

type Headers = Readonly<Record<string, string | readonly string[]>>;

const JSON_TYPE = { "Content-Type": "application/json" };

/** Lambda's response if the function fails, times out, or returns a response that is malformed. */
const BAD_GATEWAY: HttpResponse = { status: 502, headers: JSON_TYPE, body: "Internal Server Error" };

const THROTTLED: HttpResponse = {
  status: 429,
  headers: { ...JSON_TYPE, "x-amzn-ErrorType": "TooManyRequestsException" },
  body: '{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","message":"Rate Exceeded."}',
};

export const FORBIDDEN: HttpResponse = {
  status: 403,
  headers: { ...JSON_TYPE, "x-amzn-ErrorType": "AccessDeniedException" },
  body: '{"Message":"Forbidden"}',
};

/** Turns a function's result into the response of its URL (payload format 2.0). */
export function urlResponse(invocation: InvocationResult): HttpResponse {
  switch (invocation.kind) {
    case "returned":
      return parseResult(invocation.json) ?? BAD_GATEWAY;
    case "throttled":
      return THROTTLED;
    default:
      return BAD_GATEWAY;
  }
}

/** Undefined if the result is malformed. A result without a status is the body itself. */
function parseResult(json: string): HttpResponse | undefined {
  const result: unknown = JSON.parse(json);
  const statusCode = isPlainObject(result) ? (ownProperty(result, "statusCode") ?? undefined) : undefined;
  if (!isPlainObject(result) || statusCode === undefined) return { status: 200, headers: JSON_TYPE, body: json };
  const status = typeof statusCode === "object" ? Number.NaN : Number(statusCode);
  const headers = parseHeaders(result);
  const body = ownProperty(result, "body") ?? "";
  if (!(Number.isInteger(status) && status >= 200 && status <= 599)) return undefined;
  if (headers === undefined || typeof body !== "string") return undefined;
  const isEncoded = ownProperty(result, "isBase64Encoded") === true;
  return { status, headers, body: isEncoded ? Buffer.from(body, "base64") : body };
}

/**
 * Headers that Lambda renames, because they are its own. `WWW-Authenticate` has been seen to be among them; for the
 * others, fidelity.md says that it is a guess.
 */
const RENAMED = new Set([
  "connection",
  "content-length",
  "date",
  "server",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
]);

function parseHeaders(result: PlainObject): Headers | undefined {
  const given = ownProperty(result, "headers") ?? {};
  const cookies = ownProperty(result, "cookies") ?? [];
  if (!isPlainObject(given) || !Array.isArray(cookies)) return undefined;
  const headers: [string, string][] = Object.entries(given)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [
      RENAMED.has(name.toLowerCase()) ? `x-amzn-Remapped-${name.toLowerCase()}` : name,
      typeof value === "object" ? "\n" : String(value),
    ]);
  const isTyped = headers.some(([name]) => name.toLowerCase() === "content-type");
  const isValid =
    headers.every(([name, value]) => isHeader(name, value)) &&
    cookies.every((cookie) => isHeader("Set-Cookie", cookie));
  if (!isValid) return undefined;
  return {
    ...(isTyped ? {} : JSON_TYPE),
    ...Object.fromEntries(headers),
    ...(cookies.length > 0 && { "Set-Cookie": cookies }),
  };
}

function isHeader(name: string, value: unknown): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value as string);
    return typeof value === "string";
  } catch {
    return false;
  }
}

/** Adds headers to a response. Those that it has too are sent twice, as on AWS: browsers refuse two allowed origins. */
export function withHeaders(response: HttpResponse, added: Readonly<Record<string, string>>): HttpResponse {
  const headers: Record<string, string | readonly string[]> = { ...response.headers };
  for (const [name, value] of Object.entries(added)) {
    const own = Object.keys(headers).find((other) => other.toLowerCase() === name.toLowerCase());
    const before = own === undefined ? undefined : headers[own];
    headers[own ?? name] = before === undefined ? value : [before, value].flat();
  }
  return { ...response, headers };
}
