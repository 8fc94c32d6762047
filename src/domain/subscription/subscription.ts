import type { ConnectionId } from "../connection/connection-id.ts";
import type { UserId } from "../identity/user-id.ts";
import type { EpochMillis, EpochSeconds } from "../time.ts";
import type { EntityId } from "./entity-id.ts";

/** That a connection follows an entity, with all that a fan-out asks of the connection: it reads nothing else. */
export type Subscription = {
  readonly entityId: EntityId;
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  /** The connection's. */
  readonly connectedAt: EpochMillis;
  /** The connection's: a subscription never outlives it. */
  readonly expiresAt: EpochSeconds;
};
