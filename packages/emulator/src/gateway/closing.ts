/** How a connection ended, as `$disconnect` is told it. */
export type Closing = { readonly code: number; readonly reason: string };

export const GOING_AWAY: Closing = { code: 1001, reason: "Going away" };
export const DELETED: Closing = { code: 1000, reason: "Connection Closed Normally" };
export const BINARY_REFUSED: Closing = { code: 1003, reason: "Binary is not supported" };
export const TOO_LARGE: Closing = { code: 1009, reason: "" };
export const MALFORMED: Closing = { code: 1002, reason: "" };
export const LOST: Closing = { code: 1006, reason: "" };

/** 1005 never travels: it stands for a close frame without a code. */
export function closedByClient(code: number, reason: string): Closing {
  return { code, reason: code === 1005 ? "Client-side close frame status not set" : reason };
}

/** The code with which `ws` answers a client that breaks the protocol (RFC 6455 section 7.4.1). */
export function closedForViolation(errorCode: string | undefined): Closing {
  switch (errorCode) {
    case "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH":
    case "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH":
      return TOO_LARGE;
    case "WS_ERR_INVALID_UTF8":
      return { code: 1007, reason: "" };
    case "WS_ERR_TOO_MANY_BUFFERED_PARTS":
      return { code: 1008, reason: "" };
    default:
      return MALFORMED;
  }
}
