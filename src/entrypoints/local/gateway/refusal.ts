import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** The HTTP answer to an upgrade that becomes no WebSocket. */
export type Refusal = {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

const LINGER_MS = 1_000;

// Bodies are those of REST APIs: none are published for WebSocket APIs, and clients see the status alone.
export const FORBIDDEN: Refusal = { status: 403, body: '{"message":"Forbidden"}' };
export const UNAUTHORIZED: Refusal = { status: 401, body: '{"message":"Unauthorized"}' };
export const EXPLICIT_DENY: Refusal = {
  status: 403,
  body: '{"Message":"User is not authorized to access this resource with an explicit deny"}',
};
export const IMPLICIT_DENY: Refusal = {
  status: 403,
  body: '{"Message":"User is not authorized to access this resource"}',
};
export const AUTHORIZER_FAILED: Refusal = { status: 500, body: '{"message":null}' };
export const INTERNAL_ERROR: Refusal = { status: 500, body: '{"message":"Internal server error"}' };
export const BAD_GATEWAY: Refusal = { status: 502, body: '{"message":"Internal server error"}' };
export const TIMED_OUT: Refusal = { status: 504, body: '{"message":"Endpoint request timed out"}' };
export const THROTTLED: Refusal = { status: 429, body: '{"message":"Too Many Requests"}' };

export function refuse(socket: Duplex, { status, body = "", headers = {} }: Refusal): void {
  const fields = {
    ...headers,
    Date: new Date().toUTCString(),
    Connection: "close",
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    "x-amzn-RequestId": randomUUID(),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n"));
  // What the client still sends is read and dropped: unread bytes would turn the close into a reset, and that can
  // overtake the answer. A client that neither reads nor goes is cut off.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
