import type { HttpRequest } from "../http/http-service.ts";
import type { Cors } from "./function-url.ts";

type Request = Pick<HttpRequest, "method" | "headers">;

/** True for a browser's question before the request itself (Fetch standard, "CORS-preflight request"). */
export function isPreflight({ method, headers }: Request): boolean {
  return method === "OPTIONS" && headers.origin !== undefined && headers["access-control-request-method"] !== undefined;
}

/** The headers that let a page of the request's origin read the response. None for any other origin. */
export function corsHeaders(cors: Cors, request: Request): Readonly<Record<string, string>> {
  const { origin } = request.headers;
  if (origin === undefined || !(cors.allowOrigins.includes("*") || cors.allowOrigins.includes(origin))) return {};
  const { allowMethods, allowHeaders, exposeHeaders, maxAgeSeconds, allowCredentials } = cors;
  return {
    "Access-Control-Allow-Origin": origin,
    Vary: "Origin",
    ...(allowCredentials && { "Access-Control-Allow-Credentials": "true" }),
    ...(isPreflight(request)
      ? {
          ...listed("Access-Control-Allow-Methods", allowMethods),
          ...listed("Access-Control-Allow-Headers", allowHeaders),
          ...(maxAgeSeconds !== undefined && { "Access-Control-Max-Age": String(maxAgeSeconds) }),
        }
      : listed("Access-Control-Expose-Headers", exposeHeaders)),
  };
}

function listed(header: string, values: readonly string[]): Readonly<Record<string, string>> {
  return values.length === 0 ? {} : { [header]: values.join(",") };
}
