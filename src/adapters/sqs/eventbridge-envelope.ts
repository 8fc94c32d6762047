import { MalformedInputError } from "../../domain/errors.ts";
import type { EventMetadata } from "../../domain/notification/notification.ts";
import { ownProperty, type PlainObject } from "../../domain/plain-object.ts";
import { isPlainText } from "../../domain/text.ts";
import { parseEpochMillis } from "../../domain/time.ts";

/**
 * The envelope that EventBridge puts around an event (user guide, Events). Other members, such as `resources`, are
 * ignored.
 */
export type EventBridgeEnvelope = {
  readonly detailType: string;
  readonly detail: unknown;
  readonly metadata: EventMetadata;
};

/** Throws MalformedInputError. */
export function parseEnvelope(message: PlainObject): EventBridgeEnvelope {
  const detailType = ownProperty(message, "detail-type");
  // Only an archive's replay has this member: the bus writes the envelope, and a publisher cannot add to it.
  const replay = Object.hasOwn(message, "replay-name");
  const metadata = parseEventMetadata(ownProperty(message, "id"), ownProperty(message, "time"), replay);
  if (typeof detailType !== "string" || metadata === undefined) throw new MalformedInputError("MALFORMED_EVENT");
  return { detailType, detail: ownProperty(message, "detail"), metadata };
}

/** EventBridge's form: UTC, to the second or finer. */
const RFC_3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** In characters. EventBridge's own ids are UUIDs of 36. */
const MAX_ID_BYTES = 128;

export function parseEventId(id: unknown): string | undefined {
  return isPlainText(id, MAX_ID_BYTES) ? id : undefined;
}

export function parseEventMetadata(id: unknown, time: unknown, replay: boolean): EventMetadata | undefined {
  const eventId = parseEventId(id);
  if (eventId === undefined || typeof time !== "string" || !RFC_3339_UTC.test(time)) return undefined;
  const publishedAt = parseEpochMillis(Date.parse(time));
  return publishedAt === undefined ? undefined : { id: eventId, time, publishedAt, replay };
}
