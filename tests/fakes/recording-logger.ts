import type { LogFields, Logger } from "../../src/application/ports/logger.ts";

export type LogEntry = { readonly level: "info" | "warn" | "error"; readonly message: string } & LogFields;

/** Keeps the log entries as they were given. */
export class RecordingLogger implements Logger {
  readonly entries: LogEntry[] = [];

  info(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: "info", message, ...fields });
  }

  warn(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: "warn", message, ...fields });
  }

  error(message: string, fields: LogFields = {}): void {
    this.entries.push({ level: "error", message, ...fields });
  }
}
