import type { ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";

/**
 * What the client's end is like: `stuck` never keeps up, `refused` stands for a permission that is missing, `flaky` fails
 * twice before it takes anything.
 */
export type Temper = "healthy" | "flaky" | "stuck" | "refused";

export type Socket = {
  readonly id: ConnectionId;
  readonly userId: UserId;
  readonly temper: Temper;
  readonly connectedAt: EpochMillis;
  readonly tokenExpiresAt: EpochSeconds;
  state: "connecting" | "open" | "closed";
  /** In the oracle's order of things. */
  closedAt?: number;
  posts: number;
};

/** API Gateway as far as its sockets go: the one truth about who can be reached. */
export class GatewayModel {
  readonly sockets = new Map<ConnectionId, Socket>();

  /** 410 as API Gateway answers it, also for a socket whose $connect has not answered yet. */
  post(id: ConnectionId): PostOutcome {
    const socket = this.sockets.get(id);
    if (socket?.state !== "open") return "gone";
    socket.posts += 1;
    if (socket.temper === "stuck") return "throttled";
    if (socket.temper === "refused") return "refused";
    if (socket.temper === "flaky" && socket.posts % 3 !== 0) return socket.posts % 3 === 1 ? "throttled" : "failed";
    return "delivered";
  }
}
