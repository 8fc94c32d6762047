import type { HttpRequest } from "../http/http-service.ts";
import { requestTime } from "../http/request-time.ts";
import { newTraceId } from "../http/trace-id.ts";
import { decodeUtf8 } from "../json.ts";

/** The headers of one hop, which a function does not see. */
const HOP_HEADERS = ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/**
 * The event of a request to a function URL: payload format 2.0 (Lambda developer guide, "Invoking Lambda function
 * URLs"). The members have the order of events recorded from AWS.
 */
export function urlEvent(
  request: HttpRequest,
  url: { readonly id: string; readonly rawPath: string; readonly requestId: string; readonly now: number },
) {
  const { cookie, ...headers } = headersOf(request, url.now);
  const userAgent = headers["user-agent"];
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: url.rawPath,
    rawQueryString: request.rawQuery,
    ...(cookie !== undefined && { cookies: cookie.split(/; */) }),
    headers,
    ...(request.rawQuery !== "" && { queryStringParameters: queryOf(request.query) }),
    requestContext: {
      accountId: "anonymous",
      apiId: url.id,
      domainName: headers["host"],
      domainPrefix: url.id,
      http: {
        method: request.method,
        path: url.rawPath,
        protocol: "HTTP/1.1",
        sourceIp: request.clientIp,
        ...(userAgent !== undefined && { userAgent }),
      },
      requestId: url.requestId,
      routeKey: "$default",
      stage: "$default",
      time: requestTime(url.now),
      timeEpoch: url.now,
    },
    ...bodyOf(request),
  };
}

/** Names in lower case, repeated values joined. Lambda adds its own forwarding headers, or replaces the client's. */
function headersOf({ rawHeaders, clientIp }: HttpRequest, now: number): Readonly<Record<string, string>> {
  const headers = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = "", value = ""] = rawHeaders.slice(at, at + 2);
    const key = name.toLowerCase();
    const before = headers.get(key);
    // Cookies of several headers are one list (RFC 6265 section 5.4, RFC 9113 section 8.2.3).
    headers.set(key, before === undefined ? value : `${before}${key === "cookie" ? "; " : ","}${value}`);
  }
  for (const name of HOP_HEADERS) headers.delete(name);
  headers.set("x-amzn-trace-id", newTraceId(now));
  headers.set("x-forwarded-for", clientIp);
  headers.set("x-forwarded-port", "443");
  headers.set("x-forwarded-proto", "https");
  return Object.fromEntries(headers);
}

function queryOf(query: URLSearchParams): Readonly<Record<string, string>> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(",")]));
}

/** Types whose bodies arrive as text. AWS does not publish its list; forms are known to be base64. */
const TEXT_TYPE = /^(?:text\/[^;]*|application\/(?:json|xml|javascript|[^;]*\+(?:json|xml)))\s*(?:;|$)/i;

function bodyOf({ body, headers }: HttpRequest): { readonly body?: string; readonly isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const text = TEXT_TYPE.test(headers["content-type"] ?? "") ? decodeUtf8(body, { ignoreBOM: true }) : undefined;
  if (text !== undefined) return { body: text, isBase64Encoded: false };
  return { body: body.toString("base64"), isBase64Encoded: true };
}
