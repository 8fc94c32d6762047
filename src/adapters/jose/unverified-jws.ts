import type { PlainObject } from "../../domain/plain-object.ts";
import { parseStrictObject } from "../../domain/strict-json.ts";
import { type Rejection, rejected } from "../../domain/token/verdict.ts";

/** A token's parts, decoded from their one canonical encoding. None of them has been verified. */
export type UnverifiedJws = {
  readonly kind: "jws";
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
};

/** Far above the size of real tokens. A URL of API Gateway carries half of it, its headers little more. */
const MAX_CHARACTERS = 8192;

/**
 * Splits and decodes a compact JWS (RFC 7515 7.1) in base64url (RFC 7515 2: no padding, white space or line break).
 * Only the canonical encoding is accepted. A lenient decoder accepts many spellings of one token, and each new spelling
 * evades a list of revoked or used tokens.
 */
export function parseCompactJws(token: string): UnverifiedJws | Rejection {
  if (token.length > MAX_CHARACTERS) return rejected("TOKEN_TOO_LARGE");
  const segments = token.split(".", 4);
  const [header, payload, signature] = segments.map(decodeCanonical);
  if (segments.length !== 3 || !header || !payload || !signature) return rejected("TOKEN_MALFORMED");
  return { kind: "jws", header, payload, signature };
}

/** Decodes a segment. Undefined if it is empty, or differs from the encoding of the decoded bytes. */
function decodeCanonical(segment: string): Uint8Array | undefined {
  const bytes = Buffer.from(segment, "base64url");
  return bytes.length > 0 && bytes.toString("base64url") === segment ? bytes : undefined;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Deeper than the claims of any issuer, and far below the depth at which recursive code elsewhere would exhaust its
 * stack.
 */
const MAX_DEPTH = 16;

/** The object in the bytes, or undefined. RFC 8725 3.7: UTF-8 only, without a byte order mark. */
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
