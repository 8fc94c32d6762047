import type { ServerFrame } from "@portcullis/protocol";

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
export function frameResponse(content: ServerFrame): RouteResponse {
  return { statusCode: 200, body: JSON.stringify(content) };
}
