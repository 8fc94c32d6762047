import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { AwsAccount } from "../aws-account.ts";
import type { Faults } from "../faults/faults.ts";
import type { Access } from "../http/access.ts";
import type { Functions } from "../lambda/functions.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import { makeAcceptUpgrade } from "./accept-upgrade.ts";
import type { ApiDescription } from "./api-description.ts";
import { makeAuthorize } from "./authorize.ts";
import { CUT_OFF, LOST } from "./closing.ts";
import { Connections, type Disconnect } from "./connections.ts";
import { disconnectEvent, newRequest } from "./events.ts";
import { describeHandshake, makeHandshake } from "./handshake.ts";
import { makeInvokeIntegration } from "./integration.ts";
import { makeRateLimit, type Quotas } from "./quotas.ts";
import { FAULT, type Refusal, refuse } from "./refusal.ts";
import { makeRouteMessage } from "./route-message.ts";
import { makeThrottles } from "./throttles.ts";

export type Gateway = {
  readonly connections: Connections;
  /** Counts one message or management call. True if it is within the account's rate. */
  readonly withinRequestQuota: () => boolean;
  /** Takes a socket over from the HTTP server, to the end of the connection. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Cuts off the clients that wait for a response to their handshake. The HTTP server does not know their sockets. */
  endHandshakes(): void;
};

/** A WebSocket API of API Gateway, over the functions of this process. */
export function makeGateway(deps: {
  readonly api: ApiDescription;
  readonly account: AwsAccount;
  readonly access: Pick<Access, "isLocalHost">;
  readonly functions: Functions;
  readonly quotas: Quotas;
  readonly scheduler: Scheduler;
  readonly observe: Observe;
  readonly faults: Faults;
}): Gateway {
  const { api, account, scheduler, observe, faults } = deps;
  const invokeIntegration = makeInvokeIntegration(deps);
  const withinRequestQuota = makeRateLimit(deps.quotas.requests, scheduler);
  const withinConnectQuota = makeRateLimit(deps.quotas.connects, scheduler);
  const withinThrottle = makeThrottles(api.stages, deps.quotas.requests, scheduler);
  const authorize = makeAuthorize({ invokeIntegration, scheduler });
  const handshake = makeHandshake({
    ...{ api, account, authorize, invokeIntegration, withinThrottle, scheduler, access: deps.access },
    withinQuota: withinConnectQuota,
  });
  const accept = makeAcceptUpgrade();
  const disconnectRoute = api.routes.find(({ routeKey }) => routeKey === "$disconnect");
  const disconnect: Disconnect = async (session, closing) => {
    if (disconnectRoute === undefined || faults.strikes("disconnect-lost", session.connectionId)) return;
    if (!withinThrottle(session.stage, disconnectRoute.routeKey)) {
      return observe({ kind: "disconnect-throttled", connectionId: session.connectionId });
    }
    await invokeIntegration(disconnectRoute, disconnectEvent(session, newRequest(scheduler.now()), closing));
  };
  const routeMessage = makeRouteMessage({
    ...{ api, invokeIntegration, withinThrottle, scheduler },
    withinQuota: withinRequestQuota,
  });
  const connections = new Connections({ routeMessage, disconnect, scheduler, observe, faults });

  let handshakes = 0;
  const shaking = new Set<Duplex>();

  async function shakeHands(
    handshakeId: number,
    { request, socket, head }: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  ): Promise<void> {
    const outcome = await handshake(request);
    if (outcome.kind === "refused") return turnAway(handshakeId, socket, outcome.refusal);
    const { session, subprotocol } = outcome;
    if (connections.isClosing) {
      socket.destroy();
      return connections.ended(session, CUT_OFF);
    }
    const ws = accept({ request, socket, head }, subprotocol);
    if (ws === undefined) return connections.ended(session, LOST);
    observe({ kind: "handshake-responded", handshakeId, status: 101, connectionId: session.connectionId });
    connections.open(session, ws, socket);
  }

  function turnAway(handshakeId: number, socket: Duplex, refusal: Refusal): void {
    observe({ kind: "handshake-responded", handshakeId, status: refusal.status });
    refuse(socket, refusal);
  }

  return {
    connections,
    withinRequestQuota,
    upgrade(request, socket, head) {
      // A client may reset the connection at any time; an error of a socket without a listener ends the process.
      socket.on("error", () => socket.destroy());
      const handshakeId = ++handshakes;
      observe({ kind: "handshake-received", handshakeId, ...describeHandshake(request) });
      shaking.add(socket);
      shakeHands(handshakeId, { request, socket, head })
        .catch(() => turnAway(handshakeId, socket, FAULT))
        .finally(() => shaking.delete(socket));
    },
    endHandshakes() {
      for (const socket of shaking) socket.destroy();
    },
  };
}
