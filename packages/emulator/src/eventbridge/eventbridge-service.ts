import { AwsError } from "../aws-json/aws-error.ts";
import { makeAwsJsonService, type Operation } from "../aws-json/aws-json-service.ts";
import { listOfObjects, listOfTexts, optionalText } from "../aws-json/members.ts";
import type { HttpService } from "../http/http-service.ts";
import { ownProperty, type PlainObject } from "../json.ts";
import type { Scheduler } from "../scheduler.ts";
import { type BusEvent, parseEventDetail } from "./bus-event.ts";
import type { EventBus } from "./event-bus.ts";

/** EventBridge for publishers: only `PutEvents`. Rules come from the template. */
export function makeEventBridgeService(deps: {
  readonly eventBus: EventBus;
  readonly scheduler: Scheduler;
}): HttpService {
  return makeAwsJsonService({
    targetPrefix: "AWSEvents",
    version: "1.1",
    namespace: "com.amazonaws.events",
    operations: new Map([["PutEvents", makePutEvents(deps)]]),
  });
}

const MAX_ENTRIES = 10;
/** The limit for all entries together; it was 256 KB until January 2026. */
const MAX_TOTAL_BYTES = 1_048_576;
const MAX_DETAIL_TYPE_CHARACTERS = 128;
const TIME_BYTES = 14;

/** The required members, in the order in which EventBridge checks them. */
const TEXTS = ["Source", "DetailType", "Detail"] as const;

type Failure = { readonly ErrorCode: string; readonly ErrorMessage: string };
type Accepted = { readonly event: BusEvent; readonly bus: string };

/**
 * Makes PutEvents. Each entry succeeds or fails alone. The results have the order of the entries and status 200, so
 * callers must check FailedEntryCount. Errors of the whole request are found before anything is published.
 */
function makePutEvents(deps: { readonly eventBus: EventBus; readonly scheduler: Scheduler }): Operation {
  return (input) => {
    const entries = listOfObjects(input, "Entries");
    checkEntries(entries);
    const parsed = entries.map((entry) => parseEntry(entry, deps.scheduler.now()));
    const Entries = parsed.map((entry) =>
      "ErrorCode" in entry ? entry : { EventId: deps.eventBus.publish(entry.event, entry.bus) },
    );
    return { FailedEntryCount: parsed.filter((entry) => "ErrorCode" in entry).length, Entries };
  };
}

function checkEntries(entries: readonly PlainObject[]): void {
  if (entries.length === 0 || entries.length > MAX_ENTRIES) {
    const limit = entries.length === 0 ? "greater than or equal to 1" : `less than or equal to ${MAX_ENTRIES}`;
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${limit}`,
    );
  }
  if (entries.reduce((sum, entry) => sum + entryBytes(entry), 0) > MAX_TOTAL_BYTES) {
    throw new AwsError("ValidationException", "Total size of the entries in the request is over the limit.");
  }
}

/** The size of an entry (user guide, "Calculating PutEvents event entry size"). */
function entryBytes(entry: PlainObject): number {
  const texts = TEXTS.map((name) => optionalText(entry, name) ?? "");
  const bytes = [...texts, ...listOfTexts(entry, "Resources")].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return bytes + (ownProperty(entry, "Time") === undefined ? 0 : TIME_BYTES);
}

function parseEntry(entry: PlainObject, now: number): Accepted | Failure {
  const [source = "", detailType = "", detailText = ""] = TEXTS.map((name) => optionalText(entry, name));
  const missing = TEXTS.find((name) => (optionalText(entry, name) ?? "") === "");
  if (missing !== undefined) return invalidArgument(missing, `${missing} is a required argument.`);
  if (detailType.length > MAX_DETAIL_TYPE_CHARACTERS) {
    return invalidArgument("DetailType", `DetailType must have at most ${MAX_DETAIL_TYPE_CHARACTERS} characters.`);
  }
  if (source.startsWith("aws.")) {
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  }
  const detail = parseEventDetail(detailText);
  if (detail === undefined) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  const resources = listOfTexts(entry, "Resources");
  const event = { detailType, source, time: timeOf(entry) ?? now, resources, detail };
  return { event, bus: optionalText(entry, "EventBusName") ?? "default" };
}

function invalidArgument(name: string, reason: string): Failure {
  return { ErrorCode: "InvalidArgument", ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}` };
}

/** A timestamp of AWS JSON: seconds since 1970, with fractions. */
function timeOf(entry: PlainObject): number | undefined {
  const seconds = ownProperty(entry, "Time") ?? undefined;
  if (seconds === undefined) return undefined;
  const time = typeof seconds === "number" ? seconds * 1000 : Number.NaN;
  if (Number.isNaN(new Date(time).getTime())) throw new AwsError("SerializationException", "Time has the wrong type.");
  return time;
}
