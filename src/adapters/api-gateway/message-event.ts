import type { PlainObject } from "../../domain/own-property.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { parseEvent, textField } from "./event-fields.ts";

/** Deeper than any frame of ours. */
const MAX_DEPTH = 32;

/** The client's frame: a JSON object, or undefined for any other text. Throws MalformedInputError for another event. */
export function parseMessageEvent(value: unknown): PlainObject | undefined {
  return parseStrictObject(textField(parseEvent(value).event, "body") ?? "", MAX_DEPTH);
}
