import { type PlainObject, parseJsonObject } from "./plain-object.ts";

/** Names that no caller needs to send. Code that merges objects carelessly would change prototypes through them. */
const POLLUTING_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * A JSON string, with the colon that makes it a member's name. Matching takes linear time: no two alternatives begin
 * with the same character.
 */
const STRINGS = /"(?:[^"\\]|\\.)*"[\t\n\r ]*:?/g;

/**
 * The object in a JSON text, or undefined. Refuses two members of one name (RFC 8259 section 4: parsers disagree on
 * which one counts), names that change prototypes, and more than `maxDepth` levels.
 */
export function parseStrictObject(text: string, maxDepth: number): PlainObject | undefined {
  const value = parseJsonObject(text);
  if (value === undefined) return undefined;
  // JSON.parse keeps one of several members with the same name, so the text then has more names than the value has
  // members.
  return countMembers(value, maxDepth) === countNames(text) ? value : undefined;
}

/** The number of members that the objects in a valid JSON text are written with. */
function countNames(text: string): number {
  let names = 0;
  for (const string of text.match(STRINGS) ?? []) if (string.endsWith(":")) names += 1;
  return names;
}

/**
 * The number of members in all objects of the value, over all levels. NaN if it is too deep or a name changes
 * prototypes.
 */
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
