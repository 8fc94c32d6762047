/**
 * The fields that may be logged: codes and ids, never a payload, a token or an error's own text. Loggers drop every
 * other field.
 */
export const LOG_FIELDS = [
  "ageMs",
  "attempt",
  "coldStart",
  "connectionId",
  "deadLettered",
  "deferred",
  "delivered",
  "dependency",
  "detailType",
  "disconnectReason",
  "disconnectStatusCode",
  "durationMs",
  "ended",
  "entityId",
  "errorCode",
  "errorName",
  "eventId",
  "expired",
  "expiresAt",
  "function",
  "gatewayRequestId",
  "gone",
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

/** Fields that are lists of texts. At most 100 texts of each are written. */
export const LOG_LISTS = ["unreached"] as const;

export type LogFields = {
  readonly [Name in (typeof LOG_FIELDS)[number]]?: string | number | boolean;
} & { readonly [Name in (typeof LOG_LISTS)[number]]?: readonly string[] };

/** Writes log entries: a constant message with fields. Never throws and never blocks. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
