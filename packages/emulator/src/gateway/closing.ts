import type { ClosedBy } from "../observer.ts";

/** How a connection ended. `$disconnect` gets the code and the reason. */
export type Closing = { readonly code: number; readonly reason: string; readonly by: ClosedBy };

export const GOING_AWAY: Closing = { code: 1001, reason: "Going away", by: "gateway" };
export const DELETED: Closing = { code: 1000, reason: "Connection Closed Normally", by: "delete-connection" };
export const BINARY_REFUSED: Closing = { code: 1003, reason: "Binary is not supported", by: "gateway" };
export const TOO_LARGE: Closing = { code: 1009, reason: "", by: "gateway" };
export const MALFORMED: Closing = { code: 1002, reason: "", by: "gateway" };
/** The client has gone without a close frame. */
export const LOST: Closing = { code: 1006, reason: "", by: "network" };
/** The gateway has cut the client off without a close frame. */
export const CUT_OFF: Closing = { ...LOST, by: "gateway" };

/**
 * The closing that a client began. 1005 and 1006 are never sent: they mean a close frame without a code, and no close
 * frame.
 */
export function closedByClient(code: number, reason: string): Closing {
  const by = code === LOST.code ? "network" : "client";
  return { code, reason: code === 1005 ? "Client-side close frame status not set" : reason, by };
}

/** The closing with the code that `ws` sends to a client that breaks the protocol (RFC 6455 section 7.4.1). */
export function closedForViolation(errorCode: string | undefined): Closing {
  switch (errorCode) {
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
    case "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH":
      return TOO_LARGE;
    case "WS_ERR_INVALID_UTF8":
      return { code: 1007, reason: "", by: "gateway" };
    case "WS_ERR_TOO_MANY_BUFFERED_PARTS":
      return { code: 1008, reason: "", by: "gateway" };
    default:
      return MALFORMED;
  }
}
