type Explanation = {
  /** What happened and what to do, for people: at most 160 characters. */
  readonly message: string;
  /** Whether the same wish may be sent again. A client handles an unknown code by this member. */
  readonly retryable: boolean;
};

/**
 * The codes of error frames, of results, and of an `unsubscribed` that no request asked for. A refusal concerns the
 * request, or one of its entities: the connection stays open and usable. Codes are added, never renamed.
 */
export const ERRORS = {
  /** The message, or the member that the frame names, is malformed. */
  BAD_REQUEST: {
    message: "The message is not a JSON object with the members of its action, each once. Correct it.",
    retryable: false,
  },
  /** No grant allows it. `decision` leads to the log entry of the decision. */
  FORBIDDEN: {
    message: "You have no permission to follow this entity. Ask for it, and quote the decision.",
    retryable: false,
  },
  /** A fault of the service. For each entity the message had its whole effect or none. */
  INTERNAL: { message: "The service failed. Nothing is half done: send the message again.", retryable: true },
  /** The connection has as many subscriptions as allowed. */
  LIMIT: {
    message: "This connection has as many subscriptions as it may. Unsubscribe from an entity first.",
    retryable: false,
  },
  /** The service has no record of the connection, so no push reaches it. */
  NOT_CONNECTED: { message: "This connection has ended. Connect again.", retryable: true },
  /** A request with a greater `seq` was acted upon before. */
  STALE: { message: "A later request of this connection was handled before. Nothing is to be done.", retryable: false },
  /** The token of this connection has ended. */
  TOKEN_EXPIRED: {
    message: "The token of this connection has ended. Connect again, with a fresh one.",
    retryable: true,
  },
  /** `authenticate` only: the token that was presented does not count. Nothing has changed, and the old end stays. */
  TOKEN_REFUSED: {
    message: "The token is not accepted, and the connection keeps the one that it has. Try once with a fresh one.",
    retryable: true,
  },
  /** The token of this connection was revoked. */
  TOKEN_REVOKED: {
    message: "The token of this connection was revoked. Connect again, once, with a fresh one.",
    retryable: true,
  },
  /** No route has the name that `action` gives. */
  UNKNOWN_ACTION: { message: "There is no such action. See the protocol's list of actions.", retryable: false },
  /** `authenticate` only: the token is another user's, or another issuer's. Nothing has changed. */
  USER_CHANGED: { message: "The token is for another user. Connect again with it.", retryable: false },
} as const satisfies Readonly<Record<string, Explanation>>;

export type ErrorCode = keyof typeof ERRORS;
