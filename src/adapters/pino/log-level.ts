/** The levels, spelled as in Lambda's logging configuration. */
export const LOG_LEVELS = ["DEBUG", "INFO", "WARN", "ERROR"] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Parses a level in upper or lower case. Undefined for any other text. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const level = text.toUpperCase();
  return LOG_LEVELS.find((candidate) => candidate === level);
}
