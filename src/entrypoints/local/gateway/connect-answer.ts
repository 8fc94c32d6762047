import { validateHeaderValue } from "node:http";
import type { Invocation } from "../lambda/lambda-function.ts";
import { parseProxyResponse } from "./proxy-response.ts";
import { BAD_GATEWAY, INTERNAL_ERROR, type Refusal, TIMED_OUT } from "./refusal.ts";

/** What the answer of `$connect` makes of a handshake. The gateway chooses no subprotocol by itself. */
export type ConnectAnswer =
  | { readonly kind: "accepted"; readonly subprotocol: string | undefined }
  | { readonly kind: "refused"; readonly refusal: Refusal };

const SUBPROTOCOL = "sec-websocket-protocol";

export function readConnectAnswer(invocation: Invocation | { readonly kind: "timed-out" }): ConnectAnswer {
  switch (invocation.kind) {
    case "returned":
      return readResponse(invocation.json);
    case "failed":
      return refused(BAD_GATEWAY);
    case "timed-out":
      return refused(TIMED_OUT);
    case "throttled":
    case "unknown-function":
      return refused(INTERNAL_ERROR);
  }
}

function readResponse(json: string): ConnectAnswer {
  const response = parseProxyResponse(json);
  if (typeof response === "string") return refused(BAD_GATEWAY);
  if (response.statusCode > 299) return refused({ status: response.statusCode });
  const subprotocol = response.headers.get(SUBPROTOCOL);
  return isHeaderValue(subprotocol) ? { kind: "accepted", subprotocol } : refused(BAD_GATEWAY);
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

function refused(refusal: Refusal): ConnectAnswer {
  return { kind: "refused", refusal };
}
