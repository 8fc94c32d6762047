import { ownProperty, type PlainObject } from "../plain-object.ts";
import type { IssuerPolicy } from "./issuer-policy.ts";

/**
 * Claims in which issuers state the purpose of a token: Simple JWT (Django), Flask-JWT-Extended and Keycloak, in this
 * order. Some of them sign refresh tokens with the HS256 key of their access tokens.
 */
const USE_CLAIMS = ["token_type", "type", "typ"];

const OTHER_USES: ReadonlySet<string> = new Set(["id", "id_token", "refresh", "refresh_token", "offline", "logout"]);

/**
 * Members of ID tokens (OpenID Connect Core 2 and 3.3.2.11), of sender-constrained tokens (RFC 7800 section 3.1; they
 * are not bearer tokens), and of logout and security event tokens (RFC 8417 section 2.2).
 */
const OTHER_MEMBERS = ["nonce", "at_hash", "c_hash", "cnf", "events"];

type UsePolicy = Pick<IssuerPolicy, "requiredClaims" | "requiredValues" | "exemptClaims">;

/** RFC 8725 3.12: refuses a token that the same issuer signed for another purpose. */
export function isForAccess(claims: PlainObject, { requiredClaims, requiredValues, exemptClaims }: UsePolicy): boolean {
  // The claim of Cognito has two values.
  const use = ownProperty(claims, "token_use");
  if (use !== undefined && use !== "access") return false;
  if (USE_CLAIMS.some((name) => isOtherUse(ownProperty(claims, name)))) return false;
  if (OTHER_MEMBERS.some((name) => Object.hasOwn(claims, name) && !exemptClaims.includes(name))) return false;
  return (
    requiredClaims.every((name) => isStated(ownProperty(claims, name))) &&
    Object.entries(requiredValues).every(([name, value]) => ownProperty(claims, name) === value)
  );
}

/** A claim that is null or empty says nothing. */
function isStated(claim: unknown): boolean {
  return claim !== undefined && claim !== null && claim !== "";
}

function isOtherUse(use: unknown): boolean {
  return typeof use === "string" && OTHER_USES.has(use.toLowerCase());
}
