import { isPlainObject, type PlainObject } from "../../domain/own-property.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Deeper than any issuer nests claims, and far from where recursive code elsewhere would run out of stack. */
const MAX_DEPTH = 16;

/** Names that have no business in a token and that a careless merge further on would act upon. */
const POLLUTING_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A string, and the colon that makes it a member's name. Linear: its alternatives never start alike. */
const STRINGS = /"(?:[^"\\]|\\.)*"[\t\n\r ]*:?/g;

/**
 * The object that the bytes spell, or undefined. RFC 8725 3.7 (UTF-8 alone, no byte order mark), RFC 7515 4 and RFC 7519 4
 * (no two members of one name: parsers disagree on which of them counts), and bounded in depth.
 */
export function parseStrictObject(bytes: Uint8Array): PlainObject | undefined {
  const text = decodeUtf8(bytes);
  const value = text === undefined ? undefined : parseJson(text);
  if (text === undefined || !isPlainObject(value)) return undefined;
  // JSON.parse keeps one of several members of a name, so the text then names more members than the value has.
  return countMembers(value, MAX_DEPTH) === countNames(text) ? value : undefined;
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
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
