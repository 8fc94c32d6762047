/** What a route's integration answers to API Gateway. On `$connect` the status is the handshake's. */
export type RouteAnswer = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The client sees 101 for 200, and the subprotocol only if it is given here. */
export function connected(subprotocol: string | undefined): RouteAnswer {
  return { statusCode: 200, ...(subprotocol !== undefined && { headers: { "Sec-WebSocket-Protocol": subprotocol } }) };
}

export const DONE: RouteAnswer = { statusCode: 200 };

/** Nothing about the cause: it is in the log line of the same request id. */
export const FAILED: RouteAnswer = { statusCode: 500 };

/** Why a message was not acted upon. */
export type ErrorFrameCode = "BAD_REQUEST" | "INTERNAL" | "UNKNOWN_ACTION";

const EXPLANATIONS = {
  BAD_REQUEST: "The message must be a JSON object with an action.",
  INTERNAL: "The message could not be handled. Try again.",
  UNKNOWN_ACTION: "There is no such action.",
} as const satisfies Record<ErrorFrameCode, string>;

/** An error as a route response: the connection stays open and usable. */
export function errorFrame(code: ErrorFrameCode, requestId: string): RouteAnswer {
  return { statusCode: 200, body: JSON.stringify({ type: "error", code, message: EXPLANATIONS[code], requestId }) };
}
