import { isPlainObject, type PlainObject } from "./own-property.ts";

/** The object that a text of JSON spells, or undefined. Of several members of one name, the last. Never throws. */
export function parseJsonObject(text: string): PlainObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
