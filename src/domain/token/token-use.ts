import { ownProperty, type PlainObject } from "../plain-object.ts";
import type { RejectionReason } from "./verdict.ts";

/**
 * Where issuers say what a token is for: Cognito, Simple JWT (Django), Flask-JWT-Extended and Keycloak, in this order.
 * Some of them sign refresh tokens with the very HS256 key of their access tokens.
 */
const USE_CLAIMS = ["token_use", "token_type", "type", "typ"];

const OTHER_USES: ReadonlySet<string> = new Set(["id", "id_token", "refresh", "refresh_token", "offline", "logout"]);

/**
 * Members of ID tokens (OpenID Connect Core 2 and 3.3.2.11), of sender-constrained tokens, which nobody may show as
 * bearer (RFC 7800 section 3.1), and of logout and security event tokens (RFC 8417 section 2.2).
 */
const OTHER_MEMBERS = ["nonce", "at_hash", "c_hash", "cnf", "events"];

/** RFC 8725 3.12: what the same issuer signed for another purpose opens nothing here. */
export function judgeUse(claims: PlainObject): RejectionReason | undefined {
  const use = ownProperty(claims, "token_use");
  const isOther =
    (use !== undefined && use !== "access") ||
    USE_CLAIMS.some((name) => isOtherUse(ownProperty(claims, name))) ||
    OTHER_MEMBERS.some((name) => Object.hasOwn(claims, name));
  return isOther ? "TOKEN_USE_NOT_ALLOWED" : undefined;
}

function isOtherUse(use: unknown): boolean {
  return typeof use === "string" && OTHER_USES.has(use.toLowerCase());
}
