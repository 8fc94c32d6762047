/**
 * The fields that may be logged: codes and ids, never a payload, a token or an error's own text. Loggers drop every
 * other field.
 */
export const LOG_FIELDS = [
  "ageMs",
  "attempt",
  "coldStart",
  "client",
  "connectionId",
  "deadLettered",
  "decision",
  "deferred",
  "delivered",
  "dependency",
  "detailType",
  "disconnectReason",
  "disconnectStatusCode",
  "durationMs",
  "ended",
  "entities",
  "entityId",
  "errorCode",
  "errorName",
  "eventId",
  "expired",
  "expiresAt",
  "function",
  "gatewayRequestId",
  "gone",
  "grant",
  "invocations",
  "issuedBefore",
  "issuer",
  "lookedUp",
  "messageId",
  "messages",
  "notificationId",
  "outcome",
  "part",
  "queue",
  "reason",
  "recipients",
  "requestId",
  "returned",
  "routeKey",
  "setting",
  "sourceIp",
  "statedReason",
  "tasks",
  "throttled",
  "tokenId",
  "unforgotten",
  "userId",
] as const;

/** Fields that are lists of texts, with the most texts of each that are written. */
export const LOG_LISTS = { denials: 250, unreached: 100 } as const;

export type LogFields = {
  readonly [Name in (typeof LOG_FIELDS)[number]]?: string | number | boolean;
} & { readonly [Name in keyof typeof LOG_LISTS]?: readonly string[] };

/** Writes log entries: a constant message with fields. Never throws and never blocks. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
