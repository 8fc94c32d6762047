import type { Publication } from "../../domain/notification/notification.ts";
import { isPlainText } from "../../domain/text.ts";
import { parseEpochMillis } from "../../domain/time.ts";

/** As EventBridge writes it: UTC, to the second or finer. */
const RFC_3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** EventBridge's own are UUIDs of 36. */
const MAX_ID_BYTES = 128;

export function parseEventId(id: unknown): string | undefined {
  return isPlainText(id, MAX_ID_BYTES) ? id : undefined;
}

export function parsePublication(id: unknown, time: unknown, replay: boolean): Publication | undefined {
  const eventId = parseEventId(id);
  if (eventId === undefined || typeof time !== "string" || !RFC_3339_UTC.test(time)) return undefined;
  const publishedAt = parseEpochMillis(Date.parse(time));
  return publishedAt === undefined ? undefined : { id: eventId, time, publishedAt, replay };
}
