import type { Brand } from "./brand.ts";

/**
 * The text of one JSON value, as its sender wrote it. A parsed value would lose digits of long numbers, repeated
 * members, and the order of members whose names are numbers. No reviver of JSON.parse gets them back: it is told the
 * text of numbers and strings, but not of objects.
 */
export type RawJson = Brand<string, "RawJson">;

/**
 * Cuts the member at the end of a path out of a JSON text. Undefined if there is none. The last of repeated members
 * counts, as for JSON.parse. The text must be valid JSON. Takes linear time, and no stack however deep the nesting is.
 */
export function cutMember(json: string, ...path: readonly string[]): RawJson | undefined {
  let value: Span | undefined = { from: pastSpace(json, 0), to: json.length };
  for (const name of path) value = value && lastMember(json, value, name);
  return value && (json.slice(value.from, value.to) as RawJson);
}

/** Writes an object as JSON.stringify does, but takes the text of a member that `raw` has from there. */
export function writeObject(object: object, raw: { readonly [name: string]: RawJson | undefined }): RawJson {
  const members = Object.entries(object).flatMap(([name, value]) => {
    const text = (Object.hasOwn(raw, name) ? raw[name] : undefined) ?? JSON.stringify(value);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(",")}}` as RawJson;
}

type Span = { readonly from: number; readonly to: number };

function lastMember(json: string, { from }: Span, name: string): Span | undefined {
  if (json[from] !== "{") return undefined;
  let found: Span | undefined;
  let at = pastSpace(json, from + 1);
  while (json[at] === '"') {
    const colon = pastSpace(json, pastString(json, at));
    const value = spanOf(json, pastSpace(json, colon + 1));
    // Parsed, because a name may be written with escapes.
    if (JSON.parse(json.slice(at, colon)) === name) found = value;
    const comma = pastSpace(json, value.to);
    at = pastSpace(json, comma + 1);
  }
  return found;
}

function spanOf(json: string, from: number): Span {
  const first = json[from];
  if (first === '"') return { from, to: pastString(json, from) };
  return { from, to: first === "{" || first === "[" ? pastNested(json, from) : pastWord(json, from) };
}

function pastNested(json: string, from: number): number {
  let at = from;
  let depth = 0;
  do {
    const character = json[at];
    if (character === "{" || character === "[") depth += 1;
    if (character === "}" || character === "]") depth -= 1;
    at = character === '"' ? pastString(json, at) : at + 1;
  } while (depth > 0);
  return at;
}

function pastString(json: string, from: number): number {
  let at = from + 1;
  while (json[at] !== '"') at += json[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** Past a number, true, false or null. */
function pastWord(json: string, from: number): number {
  let at = from;
  while (/[\w.+-]/.test(json[at] ?? "")) at += 1;
  return at;
}

function pastSpace(json: string, from: number): number {
  let at = from;
  while (json[at] === " " || json[at] === "\n" || json[at] === "\r" || json[at] === "\t") at += 1;
  return at;
}
