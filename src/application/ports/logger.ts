/** The fields that may be logged: codes and ids, never a payload, a token or an error's own text. */
export type LogFields = {
  readonly [Name in
    | "connectionId"
    | "dependency"
    | "durationMs"
    | "errorCode"
    | "errorName"
    | "outcome"
    | "reason"
    | "requestId"
    | "routeKey"
    | "setting"
    | "userId"]?: string | number | boolean;
};

/** Structured lines: a constant message and fields. Never throws and never holds anything up. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
