import { type PlainObject, parseJsonObject } from "./plain-object.ts";

/** Names that have no business in what callers send and that a careless merge further on would act upon. */
const POLLUTING_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A string, and the colon that makes it a member's name. Linear: its alternatives never start alike. */
const STRINGS = /"(?:[^"\\]|\\.)*"[\t\n\r ]*:?/g;

/**
 * The object that a text of JSON spells, or undefined. No two members of one name (RFC 8259 section 4: parsers disagree on
 * which of them counts), none that a careless merge would act upon, and at most `maxDepth` levels.
 */
export function parseStrictObject(text: string, maxDepth: number): PlainObject | undefined {
  const value = parseJsonObject(text);
  if (value === undefined) return undefined;
  // JSON.parse keeps one of several members of a name, so the text then names more members than the value has.
  return countMembers(value, maxDepth) === countNames(text) ? value : undefined;
}

/** Of valid JSON: how many members its objects are written with. */
function countNames(text: string): number {
  let names = 0;
  for (const string of text.match(STRINGS) ?? []) if (string.endsWith(":")) names += 1;
  return names;
}

/** How many members the value's objects have, over all levels; NaN when too deep or one of them pollutes. */
function countMembers(value: unknown, depthLeft: number): number {
  if (typeof value !== "object" || value === null) return 0;
  if (depthLeft === 0) return Number.NaN;
  let members = 0;
  for (const [name, member] of Object.entries(value)) {
    members += countMembers(member, depthLeft - 1);
    if (Array.isArray(value)) continue;
    members += POLLUTING_NAMES.has(name) ? Number.NaN : 1;
  }
  return members;
}
