import { utf8Length } from "../../domain/text.ts";

/** How large DynamoDB takes an item to be, and rather a few bytes more: of texts, numbers and sets of texts. */
export function itemBytes(item: Readonly<Record<string, unknown>>): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Length(name) + valueBytes(value), 0);
}

function valueBytes(value: unknown): number {
  if (value instanceof Set) return [...value].reduce((sum, one) => sum + valueBytes(one) + 1, 3);
  const text = String(value);
  return typeof value === "number" ? Math.ceil(text.length / 2) + 2 : utf8Length(text);
}
