import { ownProperty, type PlainObject } from "../../domain/own-property.ts";
import type { RejectionReason } from "../../domain/token/token-verdict.ts";

/** The one algorithm of our keys (RFC 8725 3.1), compared as it is spelled. */
export const ALGORITHM = "HS256";

/**
 * Everything else is refused rather than ignored: `crit` and `b64` change what is signed, `zip` and `enc` what is meant,
 * and `jwk`, `jku`, `x5c`, `x5u` let the token bring or fetch its own key.
 */
const ALLOWED_NAMES: ReadonlySet<string> = new Set(["alg", "typ", "kid"]);

/** A key's name as issuers write it: a thumbprint, a UUID, a version. It selects nothing here: the secret has no name. */
const KEY_ID = /^[A-Za-z0-9_.:=-]{1,128}$/;

/** Why a header is not one of ours; undefined when it is. */
export function judgeHeader(header: PlainObject): RejectionReason | undefined {
  if (ownProperty(header, "alg") !== ALGORITHM) return "ALGORITHM_NOT_ALLOWED";
  if (!Object.keys(header).every((name) => ALLOWED_NAMES.has(name))) return "HEADER_NOT_ALLOWED";
  if (!isJwt(ownProperty(header, "typ"))) return "TYPE_NOT_ALLOWED";
  return isKeyId(ownProperty(header, "kid")) ? undefined : "HEADER_NOT_ALLOWED";
}

/** RFC 7519 5.1, in any case since it is a media type (RFC 7515 4.1.9); RFC 8725 3.11 keeps `at+jwt` and the rest out. */
function isJwt(type: unknown): boolean {
  return type === undefined || (typeof type === "string" && type.toUpperCase() === "JWT");
}

function isKeyId(id: unknown): boolean {
  if (id === undefined) return true;
  // `__proto__`, `constructor`: nobody's key, and somebody's map look-up further on.
  return typeof id === "string" && KEY_ID.test(id) && !(id in Object.prototype);
}
