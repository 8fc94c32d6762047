import { isPlainObject, type PlainObject } from "./plain-object.ts";

/** The object in a JSON text, or undefined. The last of repeated members counts. Never throws. */
export function parseJsonObject(text: string): PlainObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
