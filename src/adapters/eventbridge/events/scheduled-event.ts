import { MalformedInputError } from "../../../domain/errors.ts";
import { isPlainObject, ownProperty } from "../../../domain/plain-object.ts";
import { type EpochMillis, parseEpochMillis } from "../../../domain/time.ts";

/**
 * The time for which a rule with a schedule made the event (EventBridge user guide, Scheduled Event). Lambda repeats a
 * failed one with the same time. Undefined for an event of another kind; throws MalformedInputError without a time.
 */
export function parseScheduledEvent(event: unknown): EpochMillis | undefined {
  if (!isPlainObject(event)) return undefined;
  const [source, detailType, time] = ["source", "detail-type", "time"].map((name) => ownProperty(event, name));
  if (source !== "aws.events" || detailType !== "Scheduled Event") return undefined;
  const moment = parseEpochMillis(Date.parse(String(time)));
  if (moment === undefined) throw new MalformedInputError("MALFORMED_EVENT");
  return moment;
}
