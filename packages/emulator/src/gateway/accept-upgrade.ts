import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { MAX_MESSAGE_BYTES } from "./quotas.ts";

/** Undefined when the client has gone meanwhile, or offered something that no 101 can answer. */
export type AcceptUpgrade = (
  upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  subprotocol: string | undefined,
) => WebSocket | undefined;

/** How long a client may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 1_000;

export function makeAcceptUpgrade(): AcceptUpgrade {
  const subprotocols = new WeakMap<IncomingMessage, string>();
  // A variable because the library's types do not know closeTimeout yet, and a literal would be refused for it.
  const options = {
    noServer: true,
    clientTracking: false,
    // Unlike the library, API Gateway is not known to compress; a compressed bomb has nothing to go off in.
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
    // The library would choose the first one offered. The gateway sends what $connect said, offered or not.
    handleProtocols: () => false as const,
  };
  const server = new WebSocketServer(options);
  server.on("headers", (headers, request) => {
    const subprotocol = subprotocols.get(request);
    if (subprotocol !== undefined) headers.push(`Sec-WebSocket-Protocol: ${subprotocol}`);
  });

  return ({ request, socket, head }, subprotocol) => {
    if (subprotocol !== undefined) subprotocols.set(request, subprotocol);
    let accepted: WebSocket | undefined;
    // Calls back at once or not at all.
    server.handleUpgrade(request, socket, head, (ws) => {
      accepted = ws;
    });
    return accepted;
  };
}
