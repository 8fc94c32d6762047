import { utf8Length } from "../../domain/text.ts";

/** The size of an item as DynamoDB counts it, or a few bytes more. For texts, numbers and sets of texts. */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Length(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (value instanceof Set) return [...value].reduce((sum, one) => sum + valueBytes(one) + 1, 3);
  const text = String(value);
  return typeof value === "number" ? Math.ceil(text.length / 2) + 2 : utf8Length(text);
}
