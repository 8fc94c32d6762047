import { MalformedInputError } from "../errors.ts";
import { parseUserId, type UserId } from "../identity/user-id.ts";
import { isPlainObject, ownProperty, type PlainObject } from "../own-property.ts";
import { type EntityId, parseEntityId } from "../subscription/entity-id.ts";
import { isPlainText } from "../text.ts";
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

/** Unknown members are passed over, so that publishers may say more; thousands of them are no notification. */
const MAX_MEMBERS = 32;

/** Clients may open it: no `javascript:`, no `data:`, nothing that a log line or a terminal would trip over. */
const CALLBACK = /^https:\/\/[^\s"<>\\^`{|}]+$/;
const MAX_CALLBACK_BYTES = 2048;

/** Throws MalformedInputError. */
export function parseEntityUpdate(detail: unknown, publication: Publication): EntityUpdate {
  const members = parseDetail(detail);
  const entityId = parseEntityId(ownProperty(members, "entityId"));
  const message = ownProperty(members, "message");
  if (entityId === undefined || !(message === undefined || typeof message === "string")) throw malformed();
  return {
    kind: "entity-update",
    ...publication,
    replay: publication.replay || ownProperty(members, "replay") === true,
    entityId,
    ...(message !== undefined && { message }),
  };
}

/** Throws MalformedInputError. */
export function parseUserPush(detail: unknown, publication: Publication): UserPush {
  const members = parseDetail(detail);
  const userId = parseUserId(ownProperty(members, "userId"));
  const message = ownProperty(members, "message");
  const callback = ownProperty(members, "callback");
  if (userId === undefined || typeof message !== "string") throw malformed();
  if (!(callback === undefined || isCallback(callback))) throw malformed();
  return {
    kind: "user-push",
    ...publication,
    replay: publication.replay || ownProperty(members, "replay") === true,
    userId,
    message,
    ...(callback !== undefined && { callback }),
  };
}

function parseDetail(detail: unknown): PlainObject {
  if (!isPlainObject(detail) || Object.keys(detail).length > MAX_MEMBERS) throw malformed();
  return detail;
}

function isCallback(value: unknown): value is string {
  return isPlainText(value, MAX_CALLBACK_BYTES) && CALLBACK.test(value);
}

function malformed(): MalformedInputError {
  return new MalformedInputError("MALFORMED_DETAIL");
}
