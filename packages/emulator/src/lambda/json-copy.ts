/**
 * The value that `JSON.parse(JSON.stringify(value))` gives; null for a value that has no JSON. Most values are copied
 * member by member, a quarter of the work. Throws as JSON.stringify does.
 */
export function jsonCopy(value: unknown): unknown {
  const copy = copyOf(value, MAX_DEPTH);
  if (copy === NOT_PLAIN) return JSON.parse(jsonText(value));
  return copy === NO_JSON ? null : copy;
}

/** The JSON of a value; `null` for a value that has none. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** A value with more levels, or within itself, is left to JSON. */
const MAX_DEPTH = 50;

/** The value, or something in it, is neither a plain object nor an array: JSON has rules of its own for it. */
const NOT_PLAIN = Symbol("not plain");
/** JSON leaves such a value out of an object, and makes it null in an array. */
const NO_JSON = Symbol("no JSON");

function copyOf(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      // JSON has no negative zero.
      return Number.isFinite(value) ? value + 0 : null;
    case "object":
      if (value === null) return null;
      if (depth === 0 || (value as { readonly toJSON?: unknown }).toJSON !== undefined) return NOT_PLAIN;
      return Array.isArray(value) ? copyOfArray(value, depth - 1) : copyOfObject(value, depth - 1);
    case "bigint":
      return NOT_PLAIN;
    default:
      return NO_JSON;
  }
}

function copyOfArray(array: readonly unknown[], depth: number): unknown {
  const copies: unknown[] = [];
  for (const item of array) {
    const copy = copyOf(item, depth);
    if (copy === NOT_PLAIN) return NOT_PLAIN;
    copies.push(copy === NO_JSON ? null : copy);
  }
  return copies;
}

function copyOfObject(object: object, depth: number): unknown {
  if (Object.getPrototypeOf(object) !== Object.prototype) return NOT_PLAIN;
  const copies: Record<string, unknown> = {};
  for (const name of Object.keys(object)) {
    const copy = copyOf((object as Record<string, unknown>)[name], depth);
    // An assignment to `__proto__` would make no member.
    if (copy === NOT_PLAIN || name === "__proto__") return NOT_PLAIN;
    if (copy !== NO_JSON) copies[name] = copy;
  }
  return copies;
}
