import { isPlainObject, type PlainObject } from "../../domain/own-property.ts";
import { parseEvent, textField } from "./event-fields.ts";

/** The client's frame: a JSON object, or undefined for any other text. Throws MalformedInputError for another event. */
export function parseMessageEvent(value: unknown): PlainObject | undefined {
  return parseJsonObject(textField(parseEvent(value).event, "body") ?? "");
}

function parseJsonObject(text: string): PlainObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
