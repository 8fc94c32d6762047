import { HIDDEN } from "../observer.ts";

/**
 * Names of members and parameters whose values are hidden, however short: `access_token`, `clientSecret`, `X-Api-Key`.
 */
const SECRET_NAME =
  "(?:token|jwt|secret|passw|pwd|authori[sz]ation|credential|api[-_ ]?key|private[-_ ]?key|signature|cookie)";

/**
 * A member of a JSON text, also of JSON within a JSON string, where backslashes stand before each quote. A text that is
 * cut within the value is hidden to its end. Every repetition of a name is bounded: a client writes the text, and must
 * not make its search slow.
 */
const SECRET_MEMBER = new RegExp(
  `((?<!\\\\)(\\\\{0,7})"[^"\\\\]{0,60}${SECRET_NAME}[^"\\\\]{0,60}\\2"\\s{0,20}:\\s{0,20})` +
    `(?:\\2"(?:(?!(?<!\\\\)\\2")[^])*(?:\\2")?|-?\\d[\\d.eE+-]{0,60})`,
  "gi",
);

/** A parameter of a URL or form, `access_token=…`, and a header, `Authorization: …`. */
const SECRET_PARAMETER = new RegExp(
  `(${SECRET_NAME}[\\w-]{0,40}\\s?[=:]\\s?)(?:(?:Bearer|Basic) +)?[^\\s"'\\\\&;,{}[\\]]+`,
  "gi",
);

/** The credentials of an HTTP header (RFC 7235). */
const SCHEME = /\b((?:Bearer|Basic) +)[\w.~+/=-]{8,}/gi;

/** Characters of tokens without a break, with the dots of a JWT (RFC 7515 section 3.1), also percent-encoded. */
const RUN = /(?:[\w.+/=~-]|%[0-9a-f]{2}){16,}/gi;

/** The first segment of a JWT is an object in base64url: `{"`, or `{` before white space. */
const JWT = /e[wy][\w-]{6,}(?:\.|%2e)[\w-]*(?:\.|%2e)/i;

/** A signature has 43 characters or more, a secret access key of AWS has 40. A UUID has 36. */
const LONG_RUN = /[\w-]{40,}/;
const LONG_BASE64 = /[\w+/=-]{40,}/;

/**
 * A text in which each part that may be a credential is `…`: JSON Web Tokens, values of members with telling names, and
 * long runs of characters without a blank, as keys have. It errs on the side of hiding: payloads are shown to find
 * mistakes, and a token on a screen or in a file is one. A short secret under an innocent name stays.
 */
export function redactTokens(text: string): string {
  // JSON may spell each letter as an escape. If that spelling hides a credential, the plain one is shown.
  const plain = text.replace(/(?<!\\)\\{1,7}u00([2-7][0-9a-f])/gi, (escaped, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.+/=~% -]/.test(character) ? character : escaped;
  });
  const redacted = redactPlain(plain);
  return redacted === plain ? text : redacted;
}

function redactPlain(text: string): string {
  return text
    .replace(SECRET_MEMBER, (_, name: string, escapes: string) => `${name}${escapes}"${HIDDEN}${escapes}"`)
    .replace(SCHEME, `$1${HIDDEN}`)
    .replace(SECRET_PARAMETER, `$1${HIDDEN}`)
    .replace(RUN, (run) => (mayBeCredential(run) ? HIDDEN : run));
}

function mayBeCredential(run: string): boolean {
  // In this order: without a long run each segment is short, and so is the search for a JWT.
  if (LONG_RUN.test(run) || JWT.test(run)) return true;
  // Base64 has slashes, as paths have; but 40 random characters of it have capital and small letters.
  return LONG_BASE64.test(run) && /[A-Z]/.test(run) && /[a-z]/.test(run);
}
