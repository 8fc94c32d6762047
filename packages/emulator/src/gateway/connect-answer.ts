import { validateHeaderValue } from "node:http";
import type { Invocation } from "../lambda/lambda-function.ts";
import { parseProxyResponse } from "./proxy-response.ts";
import { BAD_GATEWAY, type HandshakeError, INTERNAL_ERROR, TIMED_OUT } from "./refusal.ts";

/** What the answer of `$connect` makes of a handshake. The gateway chooses no subprotocol by itself. */
export type ConnectAnswer =
  | { readonly kind: "accepted"; readonly subprotocol: string | undefined }
  /** Refused by the function: its status and body reach the client. */
  | { readonly kind: "refused"; readonly status: number; readonly body: string }
  | { readonly kind: "failed"; readonly error: HandshakeError };

const SUBPROTOCOL = "sec-websocket-protocol";

export function readConnectAnswer(invocation: Invocation | { readonly kind: "timed-out" }): ConnectAnswer {
  switch (invocation.kind) {
    case "returned":
      return readResponse(invocation.json);
    case "failed":
      return failed(BAD_GATEWAY);
    case "timed-out":
      return failed(TIMED_OUT);
    case "throttled":
    case "unknown-function":
      return failed(INTERNAL_ERROR);
  }
}

function readResponse(json: string): ConnectAnswer {
  const response = parseProxyResponse(json);
  if (typeof response === "string") return failed(BAD_GATEWAY);
  if (response.statusCode > 299) return { kind: "refused", status: response.statusCode, body: response.body ?? "" };
  const subprotocol = response.headers.get(SUBPROTOCOL);
  return isHeaderValue(subprotocol) ? { kind: "accepted", subprotocol } : failed(BAD_GATEWAY);
}

/** A line break in it would write headers of its own into the 101. */
function isHeaderValue(value: string | undefined): boolean {
  try {
    if (value !== undefined) validateHeaderValue(SUBPROTOCOL, value);
    return true;
  } catch {
    return false;
  }
}

function failed(error: HandshakeError): ConnectAnswer {
  return { kind: "failed", error };
}
