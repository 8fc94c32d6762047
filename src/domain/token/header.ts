import { ownProperty, type PlainObject } from "../plain-object.ts";
import type { Algorithm } from "./algorithms.ts";
import type { IssuerPolicy, TokenType } from "./issuer-policy.ts";
import { type Rejection, rejected } from "./verdict.ts";

/**
 * A header that keeps the rules. It is still unverified: it may choose among the issuer's keys, but not supply a key.
 */
export type TokenHeader = { readonly kind: "header"; readonly algorithm: Algorithm; readonly keyId?: string };

/**
 * Other members are refused, although RFC 7515 section 4 ignores them. Threats: `crit`, `b64` and Entra's `nonce`
 * change the signed text, `zip`, `enc` and `cty` its meaning; `jwk`, `jku`, `x5c`, `x5u`, `x5t` supply, fetch or choose
 * a key.
 */
const ALLOWED_NAMES: ReadonlySet<string> = new Set(["alg", "typ", "kid"]);

/** Longer than any standard key id: a thumbprint URI of SHA-512 (RFC 9278) has 133 characters. */
const MAX_KEY_ID_CHARACTERS = 256;

/** RFC 7519 5.1 and RFC 7515 4.1.9: a media type in any case. Its prefix `application/` may be left out. */
const MEDIA_TYPES: Readonly<Record<TokenType, ReadonlySet<unknown>>> = {
  JWT: new Set([undefined, "jwt", "application/jwt"]),
  "at+jwt": new Set(["at+jwt", "application/at+jwt"]),
};

/**
 * Checks a header against its issuer's policy and finds its algorithm. The algorithm's name is compared exactly as it
 * is spelled.
 */
export function validateHeader(
  header: PlainObject,
  { algorithms, tokenType }: Pick<IssuerPolicy, "algorithms" | "tokenType">,
): TokenHeader | Rejection {
  const algorithm = algorithms.find(({ name }) => name === ownProperty(header, "alg"));
  if (algorithm === undefined) return rejected("ALGORITHM_NOT_ALLOWED");
  if (!Object.keys(header).every((name) => ALLOWED_NAMES.has(name))) return rejected("HEADER_NOT_ALLOWED");
  if (!isOfType(ownProperty(header, "typ"), tokenType)) return rejected("TYPE_NOT_ALLOWED");
  const keyId = ownProperty(header, "kid");
  if (keyId === undefined) return { kind: "header", algorithm };
  return isKeyId(keyId) ? { kind: "header", algorithm, keyId } : rejected("HEADER_NOT_ALLOWED");
}

/** RFC 8725 3.11: another type than the issuer's, such as `logout+jwt`, is a token for another purpose. */
function isOfType(type: unknown, tokenType: TokenType): boolean {
  return MEDIA_TYPES[tokenType].has(typeof type === "string" ? type.toLowerCase() : type);
}

/** RFC 7515 4.1.4: any string. It is never logged. */
function isKeyId(id: unknown): id is string {
  return typeof id === "string" && id.length <= MAX_KEY_ID_CHARACTERS;
}
