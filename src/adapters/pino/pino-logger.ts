import { type DestinationStream, type Logger as Pino, pino } from "pino";
import { LOG_FIELDS, LOG_LISTS, type LogFields, type Logger } from "../../application/ports/logger.ts";
import type { Clock } from "../../application/ports/system.ts";
import { embeddedMetrics } from "./embedded-metrics.ts";
import type { LogLevel } from "./log-level.ts";

/** Longer than any id or code of this service. Longer texts come from an attempt to fill the log. */
const MAX_TEXT = 256;

/** A text of a list may name an entity and a grant. */
const MAX_LISTED_TEXT = 640;

/**
 * Characters that JSON leaves unescaped and a terminal or a log viewer acts on: DEL, C1, line and paragraph separators,
 * marks that reorder or hide text (CWE-117, CVE-2021-42574).
 */
const UNPRINTABLE = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/**
 * Writes each log entry as one line of JSON. Level and time have the keys that Lambda's JSON logging recognises (Lambda
 * developer guide, "Log and monitor"); the service has the key of Powertools.
 */
export class PinoLogger implements Logger {
  readonly #pino: Pino;
  /** Always writes at `info`, so that a higher LOG_LEVEL does not empty the dashboards. */
  readonly #measuring: Pino;
  readonly #metricsNamespace: string | undefined;
  readonly #clock: Clock;

  constructor(options: {
    readonly level: LogLevel;
    readonly service: string;
    /** The namespace of the metrics. Without it log entries have none. */
    readonly metricsNamespace?: string;
    readonly clock: Clock;
    readonly destination: DestinationStream;
  }) {
    this.#pino = pino(
      {
        level: options.level.toLowerCase(),
        base: { service: options.service },
        messageKey: "message",
        timestamp: () => `,"timestamp":"${new Date(options.clock.now()).toISOString()}"`,
        formatters: { level: (label) => ({ level: label.toUpperCase() }) },
        hooks: { streamWrite: escapeUnprintable },
      },
      options.destination,
    );
    this.#measuring = this.#pino.child({}, { level: "info" });
    this.#metricsNamespace = options.metricsNamespace;
    this.#clock = options.clock;
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  #write(level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void {
    try {
      const kept = allowed(fields);
      const metrics = this.#metricsNamespace
        ? embeddedMetrics(this.#metricsNamespace, message, kept, this.#clock.now())
        : undefined;
      const line = metrics === undefined ? this.#pino : this.#measuring;
      line[level]({ ...kept, ...metrics }, cut(message));
    } catch {
      // A log entry that cannot be written must not fail the caller.
    }
  }
}

/** Keeps the allowed fields. The types allow no others, but casts, spreads and parsed JSON bypass types. */
function allowed(fields: LogFields): LogFields {
  const kept: { [name: string]: string | number | boolean | readonly string[] } = {};
  for (const name of LOG_FIELDS) {
    const value = loggable(fields[name]);
    if (value !== undefined) kept[name] = value;
  }
  for (const [name, most] of Object.entries(LOG_LISTS)) {
    const list: unknown = fields[name as keyof typeof LOG_LISTS];
    if (!Array.isArray(list)) continue;
    const texts = list.slice(0, most).filter((text) => typeof text === "string");
    kept[name] = texts.map((text) => text.slice(0, MAX_LISTED_TEXT));
  }
  return kept;
}

function loggable(value: unknown): string | number | boolean | undefined {
  if (typeof value === "string") return cut(value);
  return typeof value === "boolean" || Number.isFinite(value) ? (value as boolean | number) : undefined;
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT);
}

function escapeUnprintable(line: string): string {
  return line.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
