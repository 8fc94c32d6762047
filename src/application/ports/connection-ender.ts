import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Ending } from "../../domain/connection/ending.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import type { SendToConnection } from "./connection-channel.ts";

/**
 * The last steps with an open socket. Both respond within three seconds in every case, and do not throw. No outcome is
 * retried here.
 */
export interface ConnectionEnder {
  /** Encodes the last frame once, for any number of connections. */
  prepareLastFrame(ending: Ending): SendToConnection;
  /** Closes the socket. `delivered`: the gateway closes it; `gone`: it was closed before. */
  disconnect(connectionId: ConnectionId): Promise<PostOutcome>;
}
