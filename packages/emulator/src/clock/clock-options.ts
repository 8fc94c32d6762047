import type { ClockOptions } from "./clock.ts";
import { parseDuration } from "./duration.ts";

/** What `--clock` takes, for messages. */
export const CLOCK_FORMS = "a time such as 2026-12-24T18:00:00Z, or +2h, and `stopped`, parted by a comma";

/**
 * Reads the text of `--clock`: the time at the start, as a time or as a duration ahead of now, and `stopped` for a clock
 * that only an advance moves. Undefined for any other text.
 */
export function parseClockOptions(text: string, now: number): ClockOptions | undefined {
  const parts = text.split(",");
  const stopped = parts.at(-1) === "stopped";
  const [start, ...more] = stopped ? parts.slice(0, -1) : parts;
  if (more.length > 0) return undefined;
  if (start === undefined) return { stopped };
  const startAt = start.startsWith("+") ? ahead(start.slice(1), now) : timeOf(start);
  return startAt === undefined ? undefined : { startAt, stopped };
}

function ahead(duration: string, now: number): number | undefined {
  const millis = parseDuration(duration);
  return millis === undefined ? undefined : now + millis;
}

/** ISO 8601 with a zone, from 1970 on: without one, Node.js would read the machine's. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) return undefined;
  const time = Date.parse(text);
  return time >= 0 ? time : undefined;
}
