import type { MessageReference } from "./websocket-events.ts";

/** The response of a route's integration to API Gateway. On `$connect` the status is the handshake's. */
export type RouteResponse = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** The client sees 101 for 200, and the subprotocol only if it is given here. */
export function connected(subprotocol: string | undefined): RouteResponse {
  return { statusCode: 200, ...(subprotocol !== undefined && { headers: { "Sec-WebSocket-Protocol": subprotocol } }) };
}

export const DONE: RouteResponse = { statusCode: 200 };

/** Nothing about the cause: it is in the log entry of the same request id. */
export const FAILED: RouteResponse = { statusCode: 500 };

/** One frame to the sender, as the route's response. Needs a route response on the route, not a permission to post. */
export function frame(content: { readonly type: string; readonly [member: string]: unknown }): RouteResponse {
  return { statusCode: 200, body: JSON.stringify(content) };
}

/** Why a message was not acted upon. */
export type ErrorCode = "BAD_REQUEST" | "INTERNAL" | "LIMIT" | "NOT_CONNECTED" | "UNKNOWN_ACTION";

const EXPLANATIONS = {
  BAD_REQUEST: "The message is not a JSON object with the members of its action, each once.",
  INTERNAL: "The message could not be handled. Try again.",
  LIMIT: "This connection has as many subscriptions as it may.",
  NOT_CONNECTED: "This connection has ended. Connect again.",
  UNKNOWN_ACTION: "There is no such action.",
} as const satisfies Record<ErrorCode, string>;

/** The connection stays open and usable. The frame repeats nothing of the message but its `id`. */
export function errorFrame(code: ErrorCode, reference: MessageReference): RouteResponse {
  return frame({ type: "error", code, message: EXPLANATIONS[code], ...reference });
}

/** `member` is the wrong one, by its name in our schema and never as the client spelled it. */
export function badRequest(reference: MessageReference, member: string | undefined): RouteResponse {
  if (member === undefined) return errorFrame("BAD_REQUEST", reference);
  const message = `The member ${member} is missing or malformed.`;
  return frame({ type: "error", code: "BAD_REQUEST", message, member, ...reference });
}
