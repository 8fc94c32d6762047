import type { EndedSubscriptions } from "../../src/application/ports/connection-ender.ts";
import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { Ending, EndingCode } from "../../src/domain/connection/ending.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import type { ModelToken } from "./tokens.ts";

/**
 * How posts to a socket go: `stuck` is always throttled, `refused` stands for a missing permission, `flaky` fails twice
 * before each success.
 */
export type SocketBehaviour = "healthy" | "flaky" | "stuck" | "refused";

export type LastFrame = { readonly ending: Ending; readonly at: EpochMillis };

/** A frame that told a client of subscriptions that had ended. */
export type ToldFrame = EndedSubscriptions & { readonly told: number; readonly at: EpochMillis };

export type Socket = {
  readonly id: ConnectionId;
  readonly userId: UserId;
  readonly behaviour: SocketBehaviour;
  readonly connectedAt: EpochMillis;
  /** Of the handshake. */
  readonly token: ModelToken;
  /** The authorizer let the handshake in. */
  isAuthorized: boolean;
  state: "connecting" | "open" | "closed";
  openedAt?: EpochMillis;
  /** A moment of the history. */
  closedAt?: number;
  closedAtMillis?: EpochMillis;
  posts: number;
  /** The codes by which the service has ended the connection in the store, each once. */
  readonly ended: EndingCode[];
  endedAt?: EpochMillis;
  readonly lastFrames: LastFrame[];
  readonly toldFrames: ToldFrame[];
  /** Of the last request; undefined if the client does not order its requests. */
  seq: number | undefined;
};

/** API Gateway's sockets: the one truth about which connections can be reached. */
export class GatewayModel {
  readonly sockets = new Map<ConnectionId, Socket>();

  /** 410 as API Gateway answers it, also for a socket whose $connect has not answered yet. */
  post(id: ConnectionId): PostOutcome {
    const socket = this.sockets.get(id);
    if (socket?.state !== "open") return "gone";
    socket.posts += 1;
    if (socket.behaviour === "stuck") return "throttled";
    if (socket.behaviour === "refused") return "refused";
    if (socket.behaviour === "flaky" && socket.posts % 3 !== 0) return socket.posts % 3 === 1 ? "throttled" : "failed";
    return "delivered";
  }
}
