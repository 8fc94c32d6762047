import type { IncomingMessage } from "node:http";

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
