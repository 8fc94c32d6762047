import { isPlainObject, ownProperty, type PlainObject } from "../plain-object.ts";
import { type Algorithm, fitsKey } from "./algorithms.ts";

/** A public key of an issuer that may verify. It verifies under one algorithm only (RFC 8725 3.1). */
export type PublishedKey = {
  readonly keyId?: string;
  readonly algorithm: Algorithm;
  /** The members that make the key, and no other. */
  readonly jwk: Readonly<Record<string, string>>;
};

/** The reason to refuse a whole set: a code for the log. */
export type JwkSetFault = "JWKS_MALFORMED" | "JWKS_TOO_LARGE" | "JWKS_KEY_NOT_PUBLIC" | "JWKS_KEY_ID_REPEATED";

export type JwkSetCheck =
  | { readonly kind: "keys"; readonly keys: readonly PublishedKey[] }
  | { readonly kind: "refused"; readonly reason: JwkSetFault };

/** Each key is imported before it is needed. Real sets have fewer than ten. */
const MAX_KEYS = 100;

/** Members of private and symmetric keys (RFC 7518 6.2.2, 6.3.2 and 6.4.1, RFC 8037 section 2; `priv` of type AKP). */
const NOT_PUBLIC = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/**
 * The keys of a JWK Set (RFC 7517 section 5) that verify signatures under these algorithms. Other keys are left out, as
 * RFC 7517 asks: those of another type, use or algorithm, and weak ones. A set is refused as a whole if it holds a key
 * that is not public, or a key id twice: its owner makes mistakes with keys.
 */
export function parseJwkSet(value: unknown, algorithms: readonly Algorithm[]): JwkSetCheck {
  const members = isPlainObject(value) ? ownProperty(value, "keys") : undefined;
  if (!Array.isArray(members) || !members.every(isPlainObject)) return refused("JWKS_MALFORMED");
  if (members.length > MAX_KEYS) return refused("JWKS_TOO_LARGE");
  if (members.some(isNotPublic)) return refused("JWKS_KEY_NOT_PUBLIC");
  const ids = members.map((jwk) => ownProperty(jwk, "kid")).filter((id) => id !== undefined);
  if (new Set(ids).size < ids.length) return refused("JWKS_KEY_ID_REPEATED");
  return { kind: "keys", keys: members.flatMap((jwk) => toPublishedKey(jwk, algorithms) ?? []) };
}

function refused(reason: JwkSetFault): JwkSetCheck {
  return { kind: "refused", reason };
}

function isNotPublic(jwk: PlainObject): boolean {
  return ownProperty(jwk, "kty") === "oct" || NOT_PUBLIC.some((name) => Object.hasOwn(jwk, name));
}

function toPublishedKey(jwk: PlainObject, algorithms: readonly Algorithm[]): PublishedKey | undefined {
  const algorithm = theAlgorithm(jwk, algorithms);
  const keyId = ownProperty(jwk, "kid");
  const key = publicMembers(jwk);
  if (algorithm === undefined || key === undefined || !isForVerifying(jwk)) return undefined;
  if (keyId === undefined) return { algorithm, jwk: key };
  return typeof keyId === "string" ? { keyId, algorithm, jwk: key } : undefined;
}

/** The algorithm that the key names, or else the only one that fits it. Undefined if several fit. */
function theAlgorithm(jwk: PlainObject, algorithms: readonly Algorithm[]): Algorithm | undefined {
  const [type, curve, name] = ["kty", "crv", "alg"].map((member) => ownProperty(jwk, member));
  const fitting = algorithms.filter((one) => fitsKey(one, type, curve));
  const [algorithm, ...others] = name === undefined ? fitting : fitting.filter((one) => one.name === name);
  return others.length === 0 ? algorithm : undefined;
}

/** RFC 7517 4.2 and 4.3. */
function isForVerifying(jwk: PlainObject): boolean {
  const [use, operations] = ["use", "key_ops"].map((member) => ownProperty(jwk, member));
  const verifies = operations === undefined || (Array.isArray(operations) && operations.includes("verify"));
  return verifies && (use === undefined || use === "sig");
}

/** Base64url of at most 1.5 KB. Computing with a number of 250 KB would take a minute. */
const BASE64URL = /^[A-Za-z0-9_-]{1,2048}$/;

/** The members of the key. Undefined if one is missing, or if the key is weak. */
function publicMembers(jwk: PlainObject): Readonly<Record<string, string>> | undefined {
  const texts = (...names: readonly string[]) => {
    const members = names.map((name) => [name, ownProperty(jwk, name)] as const);
    const isWritten = members.every(([, text]) => typeof text === "string" && BASE64URL.test(text));
    return isWritten ? (Object.fromEntries(members) as Record<string, string>) : undefined;
  };
  const kty = ownProperty(jwk, "kty");
  if (kty === "RSA") {
    const members = texts("n", "e");
    return members && isStrongRsa(toNumber(members["n"]), toNumber(members["e"])) ? { kty, ...members } : undefined;
  }
  const members = kty === "EC" ? texts("crv", "x", "y") : texts("crv", "x");
  return members && { kty: String(kty), ...members };
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The number in base64urlUInt (RFC 7518 section 2), which is in big-endian bytes. */
function toNumber(text = ""): bigint {
  let number = 0n;
  for (const digit of text) number = number * 64n + BigInt(DIGITS.indexOf(digit));
  return number >> BigInt((text.length * 6) % 8);
}

/** RFC 7518 3.3. A longer modulus would make each verification slow. */
const MODULUS_BITS = { min: 2048, max: 8192 };

/** F4. Signatures under a smaller exponent are easier to forge where padding is checked badly. */
const MIN_EXPONENT = 65_537n;
const MAX_EXPONENT = 2n ** 32n;

function isStrongRsa(modulus: bigint, exponent: bigint): boolean {
  const bits = modulus.toString(2).length;
  if (!(bits >= MODULUS_BITS.min && bits <= MODULUS_BITS.max) || modulus % 2n === 0n) return false;
  return exponent >= MIN_EXPONENT && exponent < MAX_EXPONENT && exponent % 2n === 1n && !isOfRoca(modulus);
}

/** The primes of the published test for CVE-2017-15361. One in 100,000,000 other moduli passes for such a one. */
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];

/** A modulus of that library is a power of 65537 modulo each small prime. Its factors can be computed. */
function isOfRoca(modulus: bigint): boolean {
  return ROCA_PRIMES.every((prime) => isPowerOf65537(Number(modulus % BigInt(prime)), prime));
}

function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1;
  do {
    if (power === residue) return true;
    power = (power * 65_537) % prime;
  } while (power !== 1);
  return false;
}
