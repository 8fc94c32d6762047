/** An entity was updated. Every connection that is subscribed to it receives the frame. */
export type EntityUpdatedFrame = {
  readonly type: "Entity Updated";
  readonly entityId: string;
  /** Only if the publisher gave one. */
  readonly message?: string;
  /** Any JSON value, as the bus handed it over. Only if the publisher gave one. */
  readonly data?: unknown;
  /** The event's, the same in every repetition of the push. */
  readonly id: string;
  /** When the event was published (RFC 3339). */
  readonly time: string;
};

/** A message for one user, with at least one of `message` and `data`. Every connection of that user receives the frame. */
export type UserPushFrame = {
  readonly type: "User Push Notification";
  /** Only if the publisher gave one. */
  readonly message?: string;
  /** Any JSON value, as the bus handed it over. Only if the publisher gave one. */
  readonly data?: unknown;
  /** An https address that the client may open. Only if the publisher gave one. */
  readonly callback?: string;
  /** The event's, the same in every repetition of the push. */
  readonly id: string;
  /** When the event was published (RFC 3339). */
  readonly time: string;
};

/** Frames that no request of the client caused. Each arrives at least once, in any order. */
export type PushFrame = EntityUpdatedFrame | UserPushFrame;

/** The members' order is part of the contract. */
export function entityUpdatedFrame({
  entityId,
  message,
  data,
  id,
  time,
}: Omit<EntityUpdatedFrame, "type">): EntityUpdatedFrame {
  return { type: "Entity Updated", entityId, ...contentOf({ message, data }), id, time };
}

/** The members' order is part of the contract. */
export function userPushFrame({ message, data, callback, id, time }: Omit<UserPushFrame, "type">): UserPushFrame {
  const content = contentOf({ message, data });
  return { type: "User Push Notification", ...content, ...(callback !== undefined && { callback }), id, time };
}

function contentOf({ message, data }: { readonly message: string | undefined; readonly data: unknown }) {
  return { ...(message !== undefined && { message }), ...(data !== undefined && { data }) };
}
