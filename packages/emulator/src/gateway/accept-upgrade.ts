import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { MAX_MESSAGE_BYTES } from "./quotas.ts";

/** Completes an upgrade. Undefined if the client has disconnected meanwhile, or its offer makes a 101 impossible. */
export type AcceptUpgrade = (
  upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  subprotocol: string | undefined,
) => WebSocket | undefined;

/** The time in which a client must respond to a close frame. */
const CLOSE_TIMEOUT_MS = 1_000;

export function makeAcceptUpgrade(): AcceptUpgrade {
  const subprotocols = new WeakMap<IncomingMessage, string>();
  // A variable: the library's types do not know closeTimeout yet and refuse it in a literal.
  const options = {
    noServer: true,
    clientTracking: false,
    // API Gateway is not known to compress. Without compression there are no decompression bombs.
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
    closeTimeout: CLOSE_TIMEOUT_MS,
    // The library would choose the first offer. The gateway sends the choice of $connect, offered or not.
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
    // The library calls back synchronously or not at all.
    server.handleUpgrade(request, socket, head, (ws) => {
      accepted = ws;
    });
    return accepted;
  };
}
