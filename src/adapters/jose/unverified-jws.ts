import type { PlainObject } from "../../domain/plain-object.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { type Rejection, rejected } from "../../domain/token/verdict.ts";

/** A token's parts, decoded from their one canonical spelling. Nothing in them has been verified. */
export type UnverifiedJws = {
  readonly kind: "jws";
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
};

/** Far above what issuers send; a URL of API Gateway carries half of it, its headers little more. */
const MAX_CHARACTERS = 8192;

/**
 * RFC 7515 7.1 with RFC 7515 2's base64url (no padding, white space or line break), and only the canonical encoding:
 * what decodes leniently has many spellings, and each one passes by a list of revoked or used tokens.
 */
export function parseCompactJws(token: string): UnverifiedJws | Rejection {
  if (token.length > MAX_CHARACTERS) return rejected("TOKEN_TOO_LARGE");
  const segments = token.split(".", 4);
  const [header, payload, signature] = segments.map(decodeCanonical);
  if (segments.length !== 3 || !header || !payload || !signature) return rejected("TOKEN_MALFORMED");
  return { kind: "jws", header, payload, signature };
}

/** Undefined for an empty segment and for any spelling but the one that encoding the decoded bytes gives. */
function decodeCanonical(segment: string): Uint8Array | undefined {
  const bytes = Buffer.from(segment, "base64url");
  return bytes.length > 0 && bytes.toString("base64url") === segment ? bytes : undefined;
}

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
