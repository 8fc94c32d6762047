/** An object made by JSON.parse: not null, not an array. */
export type PlainObject = { readonly [name: string]: unknown };

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object's own property, never one inherited through `__proto__` or `constructor`. */
export function ownProperty(object: PlainObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The value of a JSON text, or undefined. Never throws: the error of JSON.parse quotes its input, which may be secret. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object in a JSON text, or undefined. The last of repeated members counts. Never throws. */
export function parseJsonObject(text: string): PlainObject | undefined {
  const value = parseJson(text);
  return isPlainObject(value) ? value : undefined;
}
