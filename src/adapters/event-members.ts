import { isPlainObject, ownProperty, type PlainObject } from "../domain/plain-object.ts";

/**
 * Reads a field of an event. Any caller may have invoked the function, so only an own property of the right type is
 * read.
 */
export function objectField(holder: PlainObject, name: string): PlainObject {
  const value = ownProperty(holder, name);
  return isPlainObject(value) ? value : {};
}

export function textField(holder: PlainObject, name: string): string | undefined {
  const value = ownProperty(holder, name);
  return typeof value === "string" ? value : undefined;
}
