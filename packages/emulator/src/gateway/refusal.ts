import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

/** The HTTP response to an upgrade that is refused. */
export type Refusal = {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A refusal by the gateway, after the handshake got its ids. */
export type HandshakeError = { readonly status: number; readonly message: GatewayErrorMessage };

const LINGER_MS = 1_000;

export const FORBIDDEN: Refusal = { status: 403, body: '{"message":"Forbidden"}' };
export const THROTTLED: Refusal = { status: 429, body: '{"message":"Too Many Requests"}' };
export const FAULT: Refusal = { status: 500, body: '{"message":"Internal server error"}' };

export const UNAUTHORIZED: HandshakeError = { status: 401, message: "Unauthorized" };
export const EXPLICIT_DENY: HandshakeError = {
  status: 403,
  message: "User is not authorized to access this resource with an explicit deny in an identity-based policy",
};
export const IMPLICIT_DENY: HandshakeError = {
  status: 403,
  message:
    "User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action",
};
export const AUTHORIZER_FAILED: HandshakeError = { status: 500, message: "Internal server error" };
/** The refusal after an authorizer's malformed result. The gateway sends no text. */
export const AUTHORIZER_MISCONFIGURED: HandshakeError = { status: 500, message: "" };
export const INTERNAL_ERROR: HandshakeError = { status: 500, message: "Internal server error" };
export const BAD_GATEWAY: HandshakeError = { status: 502, message: "Internal server error" };
export const TIMED_OUT: HandshakeError = { status: 504, message: "Endpoint request timed out" };

/** The refusal without parameters that the route requires. Their names have no quotation marks. */
export function missingParameters(names: readonly string[]): HandshakeError {
  return { status: 400, message: `Missing required request parameters: [${names.join(", ")}]` };
}

/** The gateway's refusal, in the form of an error frame with the ids of the request and of the refused connection. */
export function gatewaysRefusal({ status, message }: HandshakeError, connectionId: string, requestId: string): Refusal {
  return {
    status,
    body: gatewayErrorFrame(message, connectionId, requestId),
    headers: { "x-amz-apigw-id": requestId },
  };
}

/** The function's refusal: status and body come from `$connect`, the headers from the gateway. */
export function functionsRefusal(
  { status, body }: { readonly status: number; readonly body: string },
  requestId: string,
): Refusal {
  return { status, body, headers: { "x-amz-apigw-id": requestId } };
}

export function refuse(socket: Duplex, { status, body = "", headers = {} }: Refusal): void {
  const fields = {
    Date: new Date().toUTCString(),
    "Content-Type": "application/json; charset=UTF-8",
    ...headers,
    Connection: "close",
    "Content-Length": Buffer.byteLength(body),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", body].join("\r\n"));
  // The rest of the request is read and dropped: unread bytes would turn the close into a reset, which can overtake
  // the response. A client that neither reads nor leaves is cut off.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

export type GatewayErrorMessage =
  | "Endpoint request timed out"
  | "Forbidden"
  | "Internal server error"
  | "Too Many Requests"
  | "Unauthorized"
  | "User is not authorized to access this resource because no identity-based policy allows the execute-api:Invoke action"
  | "User is not authorized to access this resource with an explicit deny in an identity-based policy"
  | `Missing required request parameters: [${string}]`
  | "";

/** The gateway's error frame, recorded from AWS with every space: some clients compare the text. */
export function gatewayErrorFrame(message: GatewayErrorMessage, connectionId: string, requestId: string): string {
  return `{"message": "${message}", "connectionId":"${connectionId}", "requestId":"${requestId}"}`;
}
