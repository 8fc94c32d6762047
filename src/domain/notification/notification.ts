import type { ConnectionId, ConnectionLifetime } from "../connection/connection.ts";
import type { UserId } from "../identity/identity.ts";
import type { EntityId } from "../subscription/subscription.ts";
import type { EpochMillis } from "../time.ts";

/** What the bus says of an event, whatever the event says. */
export type Publication = {
  /** The event's own, stable over every retry: what a client recognises a duplicate by. */
  readonly id: string;
  /** As the bus spelled it (RFC 3339). */
  readonly time: string;
  readonly publishedAt: EpochMillis;
  /** Somebody wants it delivered although it is old: an archive's replay, or a publisher who says so. */
  readonly replay: boolean;
};

/** For all subscribers of an entity. */
export type EntityUpdate = Publication & {
  readonly kind: "entity-update";
  readonly entityId: EntityId;
  readonly message?: string;
};

/** For every connection of one user. */
export type UserPush = Publication & {
  readonly kind: "user-push";
  readonly userId: UserId;
  readonly message: string;
  /** An address that clients may open: the contract with publishers says which. */
  readonly callback?: string;
};

export type Notification = EntityUpdate | UserPush;

/** A recipient as a message names it. The store says whether it is in the audience, and until when. */
export type NamedRecipient = Pick<Recipient, "connectionId" | "userId">;

/** One connection of an audience, and all that is asked of it. */
export type Recipient = {
  readonly connectionId: ConnectionId;
  /** Only for the log, which names the users that a push did not reach. */
  readonly userId: UserId;
} & ConnectionLifetime;
