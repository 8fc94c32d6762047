/** The detail-types of the events that publishers put on the bus. */
export const DETAIL_TYPES = {
  /** The detail is an `EntityUpdatedDetail`; clients receive an `EntityUpdatedFrame`. */
  ENTITY_UPDATED: "Entity Updated",
  /** The detail is a `SendUserPushDetail`; clients receive a `UserPushFrame`. */
  SEND_USER_PUSH: "Send User Push Notification",
} as const;

export type DetailType = (typeof DETAIL_TYPES)[keyof typeof DETAIL_TYPES];

/** An entity has changed. Members that are not listed are ignored, so publishers may add their own. */
export type EntityUpdatedDetail = {
  readonly entityId: string;
  readonly message?: string;
  /** Deliver although the event is older than an hour. */
  readonly replay?: boolean;
};

/** A message for one user. Members that are not listed are ignored, so publishers may add their own. */
export type SendUserPushDetail = {
  /** The user id that tokens carry. */
  readonly userId: string;
  readonly message: string;
  /** An https address that clients may open. */
  readonly callback?: string;
  /** Deliver although the event is older than an hour. */
  readonly replay?: boolean;
};
