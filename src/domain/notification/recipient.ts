import type { ConnectionId } from "../connection/connection-id.ts";
import type { UserId } from "../identity/user-id.ts";
import type { EpochMillis, EpochSeconds } from "../time.ts";

/** A recipient as a message names it. The store says whether it is in the audience, and until when. */
export type NamedRecipient = Pick<Recipient, "connectionId" | "userId">;

/** One connection of an audience, and all that is asked of it. */
export type Recipient = {
  readonly connectionId: ConnectionId;
  /** Only for the log, which names the users that a push did not reach. */
  readonly userId: UserId;
  readonly connectedAt: EpochMillis;
  readonly expiresAt: EpochSeconds;
};
