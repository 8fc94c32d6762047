import type { ConnectionId } from "../connection/connection-id.ts";
import type { EpochMillis, EpochSeconds } from "../time.ts";

/** One connection of an audience, and all that is asked of it. */
export type Recipient = {
  readonly connectionId: ConnectionId;
  readonly connectedAt: EpochMillis;
  readonly expiresAt: EpochSeconds;
};
