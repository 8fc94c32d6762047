import type { LogFields, Logger } from "../../src/application/ports/logger.ts";

export type LoggedLine = { readonly level: "info" | "warn" | "error"; readonly message: string } & LogFields;

/** Keeps what was logged, as it was given. */
export class RecordingLogger implements Logger {
  readonly lines: LoggedLine[] = [];

  info(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "info", message, ...fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "warn", message, ...fields });
  }

  error(message: string, fields: LogFields = {}): void {
    this.lines.push({ level: "error", message, ...fields });
  }
}
