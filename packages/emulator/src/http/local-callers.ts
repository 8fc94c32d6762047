import type { IncomingHttpHeaders } from "node:http";

const LOCAL_HOST = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/i;

/**
 * Listening on 127.0.0.1 keeps other machines out, but not the browser on this one: a web page whose domain name is
 * made to resolve to 127.0.0.1 (DNS rebinding) comes with that name as its host.
 */
export function isLocalHost(headers: IncomingHttpHeaders): boolean {
  return LOCAL_HOST.test(headers.host ?? "");
}

/**
 * For the AWS APIs, which no web page has to call: a form or a fetch of a foreign page needs nobody's leave to send a
 * POST here, and browsers name the page in Origin. WebSockets are another matter: there the handlers check Origin.
 */
export function isForeignPage(headers: IncomingHttpHeaders): boolean {
  return headers.origin !== undefined && !LOCAL_HOST.test(headers.origin.replace(/^https?:\/\//, ""));
}
