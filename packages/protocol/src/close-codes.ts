/** The close codes that a client sees (RFC 6455 section 7.4.1). */
export const CLOSE_CODES = {
  /** The client or the service closed the connection. */
  NORMAL: 1000,
  /** Ten minutes passed without a frame in either direction, or two hours since the handshake. */
  GOING_AWAY: 1001,
  /** The client sent a binary frame. */
  UNSUPPORTED_DATA: 1003,
  /** Never sent. A browser reports it for every refused handshake, with any status, and for a broken connection. */
  ABNORMAL: 1006,
  /** The client sent text that is not UTF-8. */
  INVALID_PAYLOAD: 1007,
  /** The client sent a frame over 32 KB, or a message over 128 KB. */
  MESSAGE_TOO_BIG: 1009,
} as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];
