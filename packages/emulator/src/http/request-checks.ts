import type { IncomingHttpHeaders, IncomingMessage } from "node:http";

/** Headers that a request has at most once (RFC 9112 section 3.2, RFC 9110 section 5.3, RFC 6455 section 11.3). */
const SINGLE_HEADERS = new Set(["host", "authorization", "sec-websocket-key", "sec-websocket-version"]);

/** Path and query of a request: ASCII only, and no fragment (RFC 9112 section 3.2.1). */
const TARGET = /^[!"$->@-~]+(?:\?(?!\?)[!"$-~]*)?$/;

/**
 * True if a request can be read in two ways. Node silently keeps the first of two `Host` or `Authorization` headers,
 * and other parsers drop one of two question marks before the query.
 */
export function isAmbiguous({ rawHeaders, url = "" }: IncomingMessage): boolean {
  if (!TARGET.test(url)) return true;
  const seen: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? "";
    if (!SINGLE_HEADERS.has(name)) continue;
    if (seen.includes(name)) return true;
    seen.push(name);
  }
  return false;
}

/** The real service's response to two `Authorization` headers; its other responses are JSON. */
export const BAD_REQUEST_PAGE = {
  status: 400,
  headers: { "Content-Type": "text/html" },
  body: "<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n</body>\r\n</html>\r\n",
} as const;

const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/i;

/**
 * True if the Host header names this machine. Listening on 127.0.0.1 keeps out other machines, but not the browser on
 * this one: a web page whose domain name is made to resolve to 127.0.0.1 (DNS rebinding) sends that name as the host.
 */
export function isLocalHost(headers: IncomingHttpHeaders): boolean {
  return LOCAL_HOST.test(headers.host ?? "");
}

/**
 * True if a web page sent the request. No page has to call the AWS APIs, but browsers let a form or a fetch of any page
 * send a POST here, and name the page in Origin. WebSockets and function URLs are different: their handlers, and CORS,
 * are there for pages.
 */
export function isForeignPage(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined && !LOCAL_HOST.test(headers.origin.replace(/^https?:\/\//, ""));
}
