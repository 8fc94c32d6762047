import { ownProperty, type PlainObject } from "../plain-object.ts";
import type { RejectionReason } from "./verdict.ts";

/** The one algorithm of our keys (RFC 8725 3.1), compared as it is spelled. */
export const ALGORITHM = "HS256";

/**
 * Other members are refused, although RFC 7515 section 4 ignores them. Threats: `crit`, `b64` and Entra's `nonce` change what is
 * signed, `zip`, `enc` and `cty` what it means; `jwk`, `jku`, `x5c`, `x5u`, `x5t` bring, fetch or choose a key.
 */
const ALLOWED_NAMES: ReadonlySet<string> = new Set(["alg", "typ", "kid"]);

/** More than any standard's: a thumbprint URI of SHA-512 (RFC 9278) has 133. */
const MAX_KEY_ID_CHARACTERS = 256;

/** RFC 7519 5.1 and RFC 7515 4.1.9: a media type, in any case, whose `application/` may be left out. */
const JWT_TYPES: ReadonlySet<string> = new Set(["jwt", "application/jwt"]);

/** Why a header is not one of ours; undefined when it is. */
export function judgeHeader(header: PlainObject): RejectionReason | undefined {
  if (ownProperty(header, "alg") !== ALGORITHM) return "ALGORITHM_NOT_ALLOWED";
  if (!Object.keys(header).every((name) => ALLOWED_NAMES.has(name))) return "HEADER_NOT_ALLOWED";
  if (!isJwt(ownProperty(header, "typ"))) return "TYPE_NOT_ALLOWED";
  return isKeyId(ownProperty(header, "kid")) ? undefined : "HEADER_NOT_ALLOWED";
}

/** RFC 8725 3.11: another type, such as `at+jwt`, is a token for another purpose. */
function isJwt(type: unknown): boolean {
  return type === undefined || (typeof type === "string" && JWT_TYPES.has(type.toLowerCase()));
}

/** RFC 7515 4.1.4: any string. It selects nothing here, and reaches no log. */
function isKeyId(id: unknown): boolean {
  return id === undefined || (typeof id === "string" && id.length <= MAX_KEY_ID_CHARACTERS);
}
