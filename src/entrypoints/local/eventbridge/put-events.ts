import { isPlainObject, ownProperty, type PlainObject } from "../../../domain/own-property.ts";
import { AwsError } from "../aws-json/aws-error.ts";
import type { Operation } from "../aws-json/aws-json-service.ts";
import { listOfObjects, listOfTexts, optionalText } from "../aws-json/members.ts";
import type { Scheduler } from "../scheduler.ts";
import type { EventBus } from "./event-bus.ts";

const MAX_ENTRIES = 10;
/** All entries together; 256 KB until January 2026. */
const MAX_TOTAL_BYTES = 1_048_576;
const MAX_DETAIL_TYPE_CHARACTERS = 128;
const TIME_BYTES = 14;

type Failure = { readonly ErrorCode: string; readonly ErrorMessage: string };

/** Entries fail one by one and are answered in their order, with status 200: a caller has to look at FailedEntryCount. */
export function makePutEvents(deps: { readonly eventBus: EventBus; readonly scheduler: Scheduler }): Operation {
  return (input) => {
    const entries = listOfObjects(input, "Entries");
    checkEntries(entries);
    const Entries = entries.map((entry) => {
      const failure = judgeEntry(entry);
      return failure ?? { EventId: publish(entry, deps) };
    });
    return { FailedEntryCount: Entries.filter((entry) => "ErrorCode" in entry).length, Entries };
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

/** User guide, "Calculating PutEvents event entry size". */
function entryBytes(entry: PlainObject): number {
  const texts = ["Source", "DetailType", "Detail"].map((name) => optionalText(entry, name) ?? "");
  const bytes = [...texts, ...listOfTexts(entry, "Resources")].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return bytes + (ownProperty(entry, "Time") === undefined ? 0 : TIME_BYTES);
}

function judgeEntry(entry: PlainObject): Failure | undefined {
  const missing = ["Source", "DetailType", "Detail"].find((name) => (optionalText(entry, name) ?? "") === "");
  if (missing !== undefined) return invalidArgument(missing, `${missing} is a required argument.`);
  if ((optionalText(entry, "DetailType") ?? "").length > MAX_DETAIL_TYPE_CHARACTERS) {
    return invalidArgument("DetailType", `DetailType must have at most ${MAX_DETAIL_TYPE_CHARACTERS} characters.`);
  }
  if (optionalText(entry, "Source")?.startsWith("aws.")) {
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage: "Not authorized for the source." };
  }
  if (parseDetail(entry) === undefined) return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  return undefined;
}

function invalidArgument(name: string, reason: string): Failure {
  return { ErrorCode: "InvalidArgument", ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}` };
}

function parseDetail(entry: PlainObject): PlainObject | undefined {
  try {
    const detail: unknown = JSON.parse(optionalText(entry, "Detail") ?? "");
    return isPlainObject(detail) ? detail : undefined;
  } catch {
    return undefined;
  }
}

function publish(entry: PlainObject, { eventBus, scheduler }: { eventBus: EventBus; scheduler: Scheduler }): string {
  const event = {
    detailType: optionalText(entry, "DetailType") ?? "",
    source: optionalText(entry, "Source") ?? "",
    time: timeOf(entry) ?? scheduler.now(),
    resources: listOfTexts(entry, "Resources"),
    detail: parseDetail(entry) ?? {},
  };
  return eventBus.publish(event, busName(optionalText(entry, "EventBusName") ?? "default"));
}

/** A timestamp of AWS JSON: seconds since 1970, with fractions. */
function timeOf(entry: PlainObject): number | undefined {
  const seconds = ownProperty(entry, "Time") ?? undefined;
  if (seconds === undefined) return undefined;
  const time = typeof seconds === "number" ? seconds * 1000 : Number.NaN;
  if (Number.isNaN(new Date(time).getTime())) throw new AwsError("SerializationException", "Time has the wrong type.");
  return time;
}

/** A bus is named, or given by its ARN, which ends in the name. */
function busName(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
}
