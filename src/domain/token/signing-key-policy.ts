import { utf8Length } from "../text.ts";

/** Why a text may not serve as an HS256 key. A log's error code, and a setting's fault. */
export type SigningKeyFault = "KEY_TOO_SHORT" | "KEY_IS_PUBLIC";

/** RFC 7518 3.2: a key at least as long as the hash. Anything shorter is guessed offline from one token. */
const MIN_BYTES = 32;

/**
 * A public key as the HMAC key lets whoever can read it sign (CVE-2022-29217, CVE-2026-34950: behind a space). Anywhere in
 * the text, since what counts is that somebody pasted PEM.
 */
const PEM = "-----BEGIN";

export function signingKeyFault(text: string): SigningKeyFault | undefined {
  if (text.includes(PEM)) return "KEY_IS_PUBLIC";
  return utf8Length(text) < MIN_BYTES ? "KEY_TOO_SHORT" : undefined;
}
