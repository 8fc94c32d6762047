import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Ending } from "../../domain/connection/ending.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import type { SendToConnection } from "./connection-channel.ts";
import type { EndedByReview } from "./subscription-reviews.ts";

/** A subscription of which the client is told that it has ended. */
export type EndedSubscriptions = Pick<EndedByReview, "ended" | "seq">;

/**
 * What the service itself tells open connections. All respond within three seconds in every case, and do not throw. No outcome is
 * retried here.
 */
export interface ConnectionEnder {
  /** Encodes the last frame once, for any number of connections. */
  prepareLastFrame(ending: Ending): SendToConnection;
  /** Encodes the frame about subscriptions that were ended: 250 at most. */
  prepareEnded(ended: EndedSubscriptions): SendToConnection;
  /** Closes the socket. `delivered`: the gateway closes it; `gone`: it was closed before. */
  disconnect(connectionId: ConnectionId): Promise<PostOutcome>;
}
