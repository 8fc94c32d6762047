import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Functions } from "../lambda/functions.ts";
import type { Scheduler } from "../scheduler.ts";
import { makeAcceptUpgrade } from "./accept-upgrade.ts";
import type { ApiDescription } from "./api-description.ts";
import { makeAuthorize } from "./authorize.ts";
import { LOST } from "./closing.ts";
import { Connections, type Disconnect } from "./connections.ts";
import { disconnectEvent, newRequest } from "./events.ts";
import { makeHandshake } from "./handshake.ts";
import { makeInvokeIntegration } from "./integration.ts";
import { makeRateLimit, type Quotas } from "./quotas.ts";
import { FAULT, refuse } from "./refusal.ts";
import { makeRouteMessage } from "./route-message.ts";

export type Gateway = {
  readonly connections: Connections;
  /** Whether one more message or management call is within the account's rate. */
  readonly withinRequestQuota: () => boolean;
  /** Takes a socket over from the HTTP server, to the end of the connection. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
};

/** A WebSocket API of API Gateway's, over the functions of this process. */
export function makeGateway(deps: {
  readonly api: ApiDescription;
  readonly functions: Functions;
  readonly quotas: Quotas;
  readonly scheduler: Scheduler;
}): Gateway {
  const { api, scheduler } = deps;
  const invokeIntegration = makeInvokeIntegration(deps);
  const withinRequestQuota = makeRateLimit(deps.quotas.requests, scheduler);
  const withinConnectQuota = makeRateLimit(deps.quotas.connects, scheduler);
  const authorize = makeAuthorize({ invokeIntegration, scheduler });
  const handshake = makeHandshake({ api, authorize, invokeIntegration, withinQuota: withinConnectQuota, scheduler });
  const accept = makeAcceptUpgrade();
  const disconnectRoute = api.routes.find(({ routeKey }) => routeKey === "$disconnect");
  const disconnect: Disconnect = async (session, closing) => {
    const event = disconnectEvent(session, newRequest(scheduler.now()), closing);
    if (disconnectRoute !== undefined) await invokeIntegration(disconnectRoute, event);
  };
  const routeMessage = makeRouteMessage({ api, invokeIntegration, withinQuota: withinRequestQuota, scheduler });
  const connections = new Connections({ routeMessage, disconnect, scheduler });

  async function shakeHands(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const outcome = await handshake(request);
    if (outcome.kind === "refused") return refuse(socket, outcome.refusal);
    if (connections.isClosing) socket.destroy();
    const ws = accept({ request, socket, head }, outcome.subprotocol);
    if (ws === undefined) connections.ended(outcome.session, LOST);
    else connections.open(outcome.session, ws, socket);
  }

  return {
    connections,
    withinRequestQuota,
    upgrade(request, socket, head) {
      // A client may reset the connection at any time; an error of a socket without a listener ends the process.
      socket.on("error", () => socket.destroy());
      shakeHands(request, socket, head).catch(() => refuse(socket, FAULT));
    },
  };
}
