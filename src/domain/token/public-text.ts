/** Five hyphens, in the form of RFC 4716 four and a blank. */
const PEM = /-{4}[- ]BEGIN/;

/** A member that every JSON Web Key has (RFC 7517 4.1), as JSON, in a JSON text or in a set of keys. */
const JWK = /["']kty\\?["']\s*:/;

/** A line of authorized_keys or known_hosts, or the blob in it, which begins with the length and name of its algorithm. */
const OPEN_SSH = /^(?:\0{3}[\s\S])?(?:ssh-(?:rsa|dss|ed)|(?:sk-)?ecdsa-sha2-|sk-ssh-)/;

const URL = /^["'<]?(?:[a-z][a-z0-9+.-]+:\/\/[\w[/]|(?:data|did|urn):)/;

/** Three parts, the first of them an object: a token, which is shown to others. */
const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** No key has fewer: one of Ed25519 has 44 bytes, and any encoding more. */
const MIN_CHARACTERS = 32;

/** Twice, for what a Kubernetes secret or a PEM around base64 adds. */
const ENCODINGS = 2;

/**
 * Whether a text is something that its owner gives to others: a public key, a certificate, a token, an address; as it
 * stands, or in base64, base64url or hex. Encodings are read leniently, with what stands between their characters, since the
 * check of what they encode is strict. A bare modulus or point looks like a random text and cannot be told.
 */
export function isPublicText(text: string, encodings = ENCODINGS): boolean {
  if (text.length < MIN_CHARACTERS) return false;
  if ([PEM, JWK, OPEN_SSH, URL, JWT].some((form) => form.test(text)) || isDer(text)) return true;
  if (encodings === 0) return false;
  return [fromBase64(text), fromHex(text)].some((bytes) => isPublicText(bytes, encodings - 1));
}

const BASE64_DIGITS: ReadonlyMap<string, number> = new Map(
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"].map((digit, value) => [digit, value] as const),
)
  .set("+", 62)
  .set("-", 62)
  .set("/", 63)
  .set("_", 63);

/** The bytes as characters of the same number. */
function fromBase64(text: string): string {
  let bytes = "";
  let held = 0;
  let bits = 0;
  for (const character of text) {
    const digit = BASE64_DIGITS.get(character);
    if (digit === undefined) continue;
    held = ((held << 6) | digit) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += String.fromCharCode((held >> bits) & 0xff);
  }
  return bytes;
}

function fromHex(text: string): string {
  const pairs = text.replace(/0x|[^0-9a-f]/gi, "").match(/../g) ?? [];
  return pairs.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join("");
}

const INTEGER = 0x02;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;

/** What the sequence begins with in PKCS#1 and PKCS#8, in PKCS#7, in SPKI and X.509. */
const FIRST_TAGS: ReadonlySet<number> = new Set([INTEGER, OBJECT_IDENTIFIER, SEQUENCE]);

type Element = { readonly tag: number; readonly start: number; readonly end: number };

/**
 * Whether the characters are the bytes of one DER sequence (X.690) that elements fill to the last byte: keys and
 * certificates are. Of random bytes not one text in a thousand million is.
 */
function isDer(bytes: string): boolean {
  const outer = elementAt(bytes, 0);
  if (outer?.tag !== SEQUENCE || outer.end !== bytes.length) return false;
  const first = elementAt(bytes, outer.start);
  let at = outer.start;
  for (let next = first; next !== undefined && at < outer.end; next = elementAt(bytes, at)) at = next.end;
  return first !== undefined && FIRST_TAGS.has(first.tag) && at === outer.end;
}

/** Undefined where no element begins. */
function elementAt(bytes: string, at: number): Element | undefined {
  const [tag, length] = [bytes.charCodeAt(at), bytes.charCodeAt(at + 1)];
  if (length < 0x80) return { tag, start: at + 2, end: at + 2 + length };
  const lengthBytes = length - 0x80;
  if (!(lengthBytes >= 1 && lengthBytes <= 4)) return undefined;
  const start = at + 2 + lengthBytes;
  let size = 0;
  for (let place = at + 2; place < start; place += 1) size = size * 256 + bytes.charCodeAt(place);
  return { tag, start, end: start + size };
}
