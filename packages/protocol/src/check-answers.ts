/**
 * What the check endpoint answers about a handshake that would be refused: the code of its JSON body, with the status and
 * the error of OAuth. `invalid_token` and `invalid_request` are RFC 6750's, the others RFC 6749's. Codes are added, never
 * renamed: an unknown one counts by its status.
 */
export const CHECK_ANSWERS = {
  /** The token has ended. */
  TOKEN_EXPIRED: { status: 401, error: "invalid_token" },
  /** The token does not count, whatever its fault, or there is none. */
  TOKEN_REFUSED: { status: 401, error: "invalid_token" },
  /** The token was revoked. */
  TOKEN_REVOKED: { status: 401, error: "invalid_token" },
  /** Pages of this origin may not connect. */
  ORIGIN_FORBIDDEN: { status: 403, error: "access_denied" },
  /** The user has as many connections as one may. */
  CONNECTION_LIMIT: { status: 429, error: "temporarily_unavailable" },
  /** The request is no check: it has another path (404), another method (405), a query or a body. */
  BAD_REQUEST: { status: 400, error: "invalid_request" },
  /** A fault of the service: try again later. */
  INTERNAL: { status: 500, error: "server_error" },
} as const;

export type CheckCode = keyof typeof CHECK_ANSWERS;

/** The body of an answer. RFC 6750 section 3.1: without a token there is no error. */
export type CheckAnswer = { readonly error?: string; readonly code: CheckCode };
