import type { UserId } from "../identity/user-id.ts";
import type { EntityId } from "../subscription/entity-id.ts";
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

/** For everybody who follows an entity. */
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
  readonly callback?: string;
};

export type Notification = EntityUpdate | UserPush;
