import type { PlainObject } from "../../domain/plain-object.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Deeper than any issuer nests claims, and far from where recursive code elsewhere would run out of stack. */
const MAX_DEPTH = 16;

/** The object that the bytes spell, or undefined. RFC 8725 3.7: UTF-8 alone, no byte order mark. */
export function parseTokenPart(bytes: Uint8Array): PlainObject | undefined {
  const text = decodeUtf8(bytes);
  return text === undefined ? undefined : parseStrictObject(text, MAX_DEPTH);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
