import type { ServerFrame } from "@portcullis/protocol";

/** The response of a route's integration to API Gateway. For `$connect` its status becomes the handshake's. */
export type RouteResponse = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

/** Opens the connection: API Gateway turns 200 into 101, and selects a subprotocol only if the response has one. */
export function connected(subprotocol: string | undefined): RouteResponse {
  return { statusCode: 200, ...(subprotocol !== undefined && { headers: { "Sec-WebSocket-Protocol": subprotocol } }) };
}

export const DONE: RouteResponse = { statusCode: 200 };

/** The handshake's token counts no longer. */
export const UNAUTHORIZED: RouteResponse = { statusCode: 401 };

/** The user has as many connections as one may. */
export const TOO_MANY_CONNECTIONS: RouteResponse = { statusCode: 429 };

/** A failure, without its cause: the log entry with the same request id has it. */
export const FAILED: RouteResponse = { statusCode: 500 };

/**
 * Sends one frame to the sender as the route's response. The route needs a route response, not a permission to post.
 */
export function frameResponse(content: ServerFrame): RouteResponse {
  return { statusCode: 200, body: JSON.stringify(content) };
}
