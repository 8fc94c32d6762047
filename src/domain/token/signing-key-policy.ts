import { isPublicText } from "./public-text.ts";

/**
 * RFC 7518 3.2: a key is at least as long as the hash, which for HS256 are 32 bytes. From one token an attacker can
 * guess a shorter key offline.
 */
const MIN_CHARACTERS = 32;

/**
 * Other characters can make two texts the same key. HMAC pads a key with NULs (RFC 2104 section 2), so a key of NULs
 * equals the empty key, and a lone surrogate becomes U+FFFD. Files and forms drop blanks.
 */
const PRINTABLE = /^[!-~]*$/;

const MIN_DIFFERENT = 8;

const MAX_PERIOD = 16;

/** The reasons to refuse a text as an HMAC key: the code for the log, and the rule for the setting's message. */
export const signingKeyRules = {
  KEY_IS_PUBLIC: "must be no public key, certificate, token or URL",
  KEY_NOT_PRINTABLE: "must be printable ASCII without blanks",
  KEY_TOO_SHORT: `must be ${MIN_CHARACTERS} characters or more`,
  KEY_TOO_UNIFORM: `must have ${MIN_DIFFERENT} different characters or more, and repeat no text of ${MAX_PERIOD} or fewer`,
} as const;

export type SigningKeyFault = keyof typeof signingKeyRules;

export type SigningKeyCheck =
  | { readonly kind: "usable" }
  | { readonly kind: "refused"; readonly reason: SigningKeyFault };

/** Refuses a weak key, and a public text: everyone who reads that text could sign (CVE-2022-29217, CVE-2026-34950). */
export function checkSigningKey(text: string, minCharacters = MIN_CHARACTERS): SigningKeyCheck {
  if (isPublicText(text)) return refused("KEY_IS_PUBLIC");
  if (!PRINTABLE.test(text)) return refused("KEY_NOT_PRINTABLE");
  if (text.length < minCharacters) return refused("KEY_TOO_SHORT");
  if (new Set(text).size < MIN_DIFFERENT || isRepeated(text)) return refused("KEY_TOO_UNIFORM");
  return { kind: "usable" };
}

function refused(reason: SigningKeyFault): SigningKeyCheck {
  return { kind: "refused", reason };
}

/** True if the text repeats a shorter text, with the last repetition perhaps cut. */
function isRepeated(text: string): boolean {
  for (let period = 1; period <= MAX_PERIOD; period += 1) if (text.startsWith(text.slice(period))) return true;
  return false;
}
