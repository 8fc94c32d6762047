import { type Rejection, rejected } from "../../domain/token/token-verdict.ts";

/** A token's parts, decoded from their one canonical spelling. Nothing in them has been verified. */
export type UnverifiedJws = { readonly kind: "jws"; readonly header: Uint8Array; readonly signature: Uint8Array };

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
  return { kind: "jws", header, signature };
}

/** Undefined for an empty segment and for any spelling but the one that encoding the decoded bytes gives. */
function decodeCanonical(segment: string): Uint8Array | undefined {
  const bytes = Buffer.from(segment, "base64url");
  return bytes.length > 0 && bytes.toString("base64url") === segment ? bytes : undefined;
}
