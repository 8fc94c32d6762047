import { ownProperty, type PlainObject } from "../plain-object.ts";
import type { Algorithm } from "./issuer-policy.ts";
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
const JWT_TYPES: ReadonlySet<string> = new Set(["jwt", "application/jwt"]);

/** Checks a header against the rules and finds its algorithm. The name is compared exactly as it is spelled. */
export function validateHeader(header: PlainObject, algorithms: readonly Algorithm[]): TokenHeader | Rejection {
  const algorithm = algorithms.find(({ name }) => name === ownProperty(header, "alg"));
  if (algorithm === undefined) return rejected("ALGORITHM_NOT_ALLOWED");
  if (!Object.keys(header).every((name) => ALLOWED_NAMES.has(name))) return rejected("HEADER_NOT_ALLOWED");
  if (!isJwt(ownProperty(header, "typ"))) return rejected("TYPE_NOT_ALLOWED");
  const keyId = ownProperty(header, "kid");
  if (keyId === undefined) return { kind: "header", algorithm };
  return isKeyId(keyId) ? { kind: "header", algorithm, keyId } : rejected("HEADER_NOT_ALLOWED");
}

/** RFC 8725 3.11: another type, such as `at+jwt`, is a token for another purpose. */
function isJwt(type: unknown): boolean {
  return type === undefined || (typeof type === "string" && JWT_TYPES.has(type.toLowerCase()));
}

/** RFC 7515 4.1.4: any string. It is never logged. */
function isKeyId(id: unknown): id is string {
  return typeof id === "string" && id.length <= MAX_KEY_ID_CHARACTERS;
}
