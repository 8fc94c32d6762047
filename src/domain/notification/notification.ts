import type { ConnectionId, ConnectionLifetime } from "../connection/connection.ts";
import type { UserId } from "../identity/identity.ts";
import type { RawJson } from "../raw-json.ts";
import type { EntityId } from "../subscription/subscription.ts";
import type { EpochMillis } from "../time.ts";

/** Metadata that EventBridge sets, whatever the event's detail holds. */
export type EventMetadata = {
  /** The event's id. It is the same in every retry, so a client recognises a duplicate by it. */
  readonly id: string;
  /** The time of publication, as EventBridge spells it (RFC 3339). */
  readonly time: string;
  readonly publishedAt: EpochMillis;
  /** True if it must be delivered although it is old: an archive replays it, or the publisher asks for it. */
  readonly replay: boolean;
};

/** What the publisher tells the recipients. Nothing here reads it, and no log has it. */
type Content = {
  readonly message?: string;
  readonly data?: RawJson;
};

/** A notification for all subscribers of an entity. */
export type EntityUpdate = EventMetadata &
  Content & {
    readonly kind: "entity-update";
    readonly entityId: EntityId;
  };

/** A notification for every connection of one user. It has at least one of `message` and `data`. */
export type UserPush = EventMetadata &
  Content & {
    readonly kind: "user-push";
    readonly userId: UserId;
    /** An address that clients may open. The contract with publishers says which addresses are allowed. */
    readonly callback?: string;
  };

export type Notification = EntityUpdate | UserPush;

/** A recipient as a message names it. The store decides whether it is still in the audience, and until when. */
export type NamedRecipient = Pick<Recipient, "connectionId" | "userId">;

/** One connection of an audience, with all the facts that a push needs. */
export type Recipient = {
  readonly connectionId: ConnectionId;
  /** Used only by the log, which names the users that a push did not reach. */
  readonly userId: UserId;
} & ConnectionLifetime;
