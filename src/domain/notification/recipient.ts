import type { ConnectionId } from "../connection/connection-id.ts";
import type { UserId } from "../identity/user-id.ts";
import type { EpochMillis, EpochSeconds } from "../time.ts";

/** A recipient as a message names it. Whether it is one, and until when, is for the store to say. */
export type NamedRecipient = Pick<Recipient, "connectionId" | "userId">;

/** One connection of an audience, and all that is asked of it. */
export type Recipient = {
  readonly connectionId: ConnectionId;
  /** For the log alone, which names whom a push did not reach. */
  readonly userId: UserId;
  readonly connectedAt: EpochMillis;
  readonly expiresAt: EpochSeconds;
};
