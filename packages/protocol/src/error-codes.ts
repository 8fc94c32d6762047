/**
 * The reasons for an error frame, with the explanations that it carries. The connection stays open and usable. Codes
 * are added, never renamed: a client handles an unknown code like `INTERNAL`.
 */
export const ERROR_EXPLANATIONS = {
  /** The message, or the member that the frame names, is malformed. A repeated message is refused again. */
  BAD_REQUEST: "The message is not a JSON object with the members of its action, each once.",
  /** The subscription policy denies the entity. The current policy denies none. */
  FORBIDDEN: "This connection may not subscribe to the entity.",
  /** A fault of the service. The message had its whole effect or none, so send it again. */
  INTERNAL: "The message could not be handled. Try again.",
  /** The connection has as many subscriptions as allowed. Unsubscribe from an entity first. */
  LIMIT: "This connection has as many subscriptions as it may.",
  /** The service has no record of the connection, so no push reaches it. Connect again. */
  NOT_CONNECTED: "This connection has ended. Connect again.",
  /** The token of this connection has ended. Connect again, with a fresh one. */
  TOKEN_EXPIRED: "The token of this connection has ended. Connect again, with a fresh one.",
  /** `authenticate` only: the token that was presented does not count. Nothing has changed, and the old end stays. */
  TOKEN_REFUSED: "The token is not accepted. The connection keeps the token that it has.",
  /** The token of this connection was revoked. Connect again, with a fresh one. */
  TOKEN_REVOKED: "The token of this connection was revoked. Connect again, with a fresh one.",
  /** No route has the name that `action` gives. */
  UNKNOWN_ACTION: "There is no such action.",
  /** `authenticate` only: the token is another user's, or another issuer's. Nothing has changed. */
  USER_CHANGED: "The token is for another user. Connect again with it.",
} as const;

export type ErrorCode = keyof typeof ERROR_EXPLANATIONS;
