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
  /**
   * Any JSON value. Clients receive its text as the bus hands it over. AWS documents which values `PutEvents` takes:
   * integers from -2^63 to 2^63 - 1, and 1,000 levels. It does not document whether a number keeps its spelling.
   */
  readonly data?: unknown;
  /** Deliver although the event is older than an hour. */
  readonly replay?: boolean;
};

/**
 * A message for one user: at least one of `message` and `data`. Members that are not listed are ignored, so publishers
 * may add their own.
 */
export type SendUserPushDetail = {
  /** The user id that tokens carry. */
  readonly userId: string;
  readonly message?: string;
  /** As in `EntityUpdatedDetail`. */
  readonly data?: unknown;
  /** An https address that clients may open. */
  readonly callback?: string;
  /** Deliver although the event is older than an hour. */
  readonly replay?: boolean;
};

/** The detail-types of the events that administrators put on their own bus. */
export const ADMIN_DETAIL_TYPES = {
  /** The detail is a `RevokeTokensDetail`. */
  REVOKE_TOKENS: "Revoke Tokens",
  /** The detail is a `DisconnectUserDetail`. */
  DISCONNECT_USER: "Disconnect User",
  /** The detail is a `GrantAccessDetail`. */
  GRANT_ACCESS: "Grant Access",
  /** The detail is a `WithdrawAccessDetail`. */
  WITHDRAW_ACCESS: "Withdraw Access",
} as const;

export type AdminDetailType = (typeof ADMIN_DETAIL_TYPES)[keyof typeof ADMIN_DETAIL_TYPES];

/**
 * Ends tokens, also on open connections: those of a user, one token of a user, or all of an issuer. Exactly one of
 * `userId` and `issuer`; `jti` only with `userId`, and not with `issuedBefore`. Members that are not listed are refused.
 */
export type RevokeTokensDetail = {
  /** The user's id, with its issuer's prefix. */
  readonly userId?: string;
  /** The `jti` of one token. */
  readonly jti?: string;
  /** The `iss` of tokens. */
  readonly issuer?: string;
  /**
   * Ends tokens with an `iat` at or before it, in seconds since 1970, and those without `iat`. The time of the event if
   * absent; at most a minute later than that.
   */
  readonly issuedBefore?: number;
  /** Stated reason, for the log and the last frame. */
  readonly reason?: string;
};

/** Ends a user's connections that were opened before the event. Members that are not listed are refused. */
export type DisconnectUserDetail = {
  /** The user's id, with its issuer's prefix. */
  readonly userId: string;
  readonly exceptConnectionId?: string;
  /** Whether the clients may connect again by themselves; false if absent. */
  readonly reconnect?: boolean;
  /** Stated reason, for the log and the last frame. */
  readonly reason?: string;
};

/** Lets a user subscribe to the entities of a pattern. Members that are not listed are refused. */
export type GrantAccessDetail = {
  /** The user's id, with its issuer's prefix. */
  readonly userId: string;
  /** An entity's id, or with one trailing `*` all ids that begin so. Without a verb. */
  readonly pattern: string;
  /** The end of the permission, in whole seconds since 1970. Without it the permission lasts until it is withdrawn. */
  readonly expiresAt?: number;
  /** Stated reason, for the log. */
  readonly reason?: string;
};

/**
 * Takes back what `Grant Access` gave a user for this pattern and for every narrower one: `*` takes back all. It never
 * takes back what a token or the deployment grants. Of two events of the same second the withdrawal counts. Members that
 * are not listed are refused.
 */
export type WithdrawAccessDetail = {
  /** The user's id, with its issuer's prefix. */
  readonly userId: string;
  /** As in `GrantAccessDetail`. */
  readonly pattern: string;
  /** Stated reason, for the log. */
  readonly reason?: string;
};
