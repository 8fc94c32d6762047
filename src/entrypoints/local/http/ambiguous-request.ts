import type { IncomingMessage } from "node:http";

/** Of these a request has one at most (RFC 9112 section 3.2, RFC 9110 section 5.3, RFC 6455 section 11.3). */
const SINGLE_HEADERS = new Set(["host", "authorization", "sec-websocket-key", "sec-websocket-version"]);

/** In the path and the query of a request (RFC 9112 section 3.2.1) there is neither a fragment nor anything but ASCII. */
const TARGET = /^[!"$->@-~]+(?:\?(?!\?)[!"$-~]*)?$/;

/**
 * What has two readings. Node keeps the first of two `Host` or `Authorization` headers and says nothing of the second,
 * and of two question marks before the query others drop one.
 */
export function isAmbiguous({ rawHeaders, url = "" }: IncomingMessage): boolean {
  const names = rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  const single = names.filter((name) => SINGLE_HEADERS.has(name));
  return new Set(single).size < single.length || !TARGET.test(url);
}

/** As the real service answers two `Authorization` headers, where it answers JSON to everything else. */
export const BAD_REQUEST_PAGE = {
  status: 400,
  headers: { "Content-Type": "text/html" },
  body: "<html>\r\n<head><title>400 Bad Request</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n</body>\r\n</html>\r\n",
} as const;
