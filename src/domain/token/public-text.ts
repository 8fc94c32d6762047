/** A PEM boundary has five hyphens; one of RFC 4716 has four hyphens and a blank. */
const PEM = /-{4}[- ]BEGIN/;

/** The member that every JSON Web Key has (RFC 7517 4.1), also inside a JSON string or a set of keys. */
const JWK = /["']kty\\?["']\s*:/;

/** A line of authorized_keys, or its binary form. The latter begins with the length and the name of the algorithm. */
const OPEN_SSH = /^(?:\0{3}[\s\S])?(?:ssh-(?:rsa|dss|ed)|(?:sk-)?ecdsa-sha2-|sk-ssh-)/;

const URL = /^["'<]?(?:[a-z][a-z0-9+.-]+:\/\/[\w[/]|(?:data|did|urn):)/;

/** A token: three parts, the first of which is a JSON object. Its owner sends it to others. */
const JWT = /^eyJ[\w-]+\.[\w-]+\.[\w-]*$/;

/** Every public key is longer: an Ed25519 key has 44 bytes, and its encodings have more. */
const MIN_CHARACTERS = 32;

/** The most encodings around a key: a Kubernetes secret or a PEM adds a second one to the first. */
const ENCODINGS = 2;

/**
 * True if the owner of the text gives it to others: a public key, a certificate, a token or an address, plain or in
 * base64, base64url or hex. Decoding ignores characters outside the encoding; the check of the decoded bytes is strict.
 * A bare modulus or point looks random and is not recognised.
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

/** Line breaks, as one-line settings escape them. Otherwise their letters would count as digits of base64. */
const ESCAPED_BREAKS = /\\[nrt]/g;

/** Decodes base64 to one character for each byte, with the byte as its code. */
function fromBase64(text: string): string {
  let bytes = "";
  let held = 0;
  let bits = 0;
  for (const character of text.replace(ESCAPED_BREAKS, "")) {
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

/** The tags of the first element in PKCS#1 and PKCS#8, in PKCS#7, and in SPKI and X.509. */
const FIRST_TAGS: ReadonlySet<number> = new Set([INTEGER, OBJECT_IDENTIFIER, SEQUENCE]);

type Element = { readonly tag: number; readonly start: number; readonly end: number };

/**
 * True if the bytes are one DER sequence (X.690) whose elements fill it to the last byte, as in keys and certificates.
 * Fewer than one in 1,000,000,000 random texts pass.
 */
function isDer(bytes: string): boolean {
  const outer = elementAt(bytes, 0);
  if (outer?.tag !== SEQUENCE || outer.end !== bytes.length) return false;
  const first = elementAt(bytes, outer.start);
  let at = outer.start;
  for (let next = first; next !== undefined && at < outer.end; next = elementAt(bytes, at)) at = next.end;
  return first !== undefined && FIRST_TAGS.has(first.tag) && at === outer.end;
}

/** The element that begins at a position, or undefined. */
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
