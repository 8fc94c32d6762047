import { type Identity, identityFromClaims } from "../identity/identity.ts";
import { ownProperty, type PlainObject } from "../plain-object.ts";
import { type EpochSeconds, parseEpochSeconds, wholeSeconds } from "../time.ts";
import type { TokenPolicy } from "./issuer-policy.ts";
import { judgeUse } from "./token-use.ts";
import { type RejectionReason, rejected, type TokenVerdict } from "./verdict.ts";

/**
 * Whether verified claims let their bearer in now. The signature has been checked before; nothing here trusts it. Each
 * comparison asks for what must hold, so that with a clock that answers NaN every token is rejected.
 */
export function judgeClaims(claims: PlainObject, policy: TokenPolicy, now: EpochSeconds): TokenVerdict {
  const expiry = parseExpiry(claims);
  if (expiry === undefined) return rejected("EXPIRY_INVALID");
  const reason =
    judgeIssuer(claims, policy) ??
    judgeAudience(claims, policy) ??
    judgeUse(claims) ??
    judgeTokenId(claims) ??
    judgeNotBefore(claims, policy, now) ??
    judgeIssuedAt(claims, expiry, policy, now) ??
    judgeExpiry(expiry, policy, now);
  if (reason !== undefined) return rejected(reason);

  const identity = identityFromClaims(claims, policy.identityClaims);
  if (identity === undefined) return rejected("IDENTITY_INVALID");
  if (!subjectAgrees(claims, identity)) return rejected("SUBJECT_MISMATCH");
  return { kind: "accepted", identity, tokenExpiresAt: expiry };
}

type Judgement = RejectionReason | undefined;

function judgeIssuer(claims: PlainObject, policy: TokenPolicy): Judgement {
  return ownProperty(claims, "iss") === policy.issuer ? undefined : "ISSUER_NOT_ALLOWED";
}

/** RFC 7519 4.1.3: one string, or an array of strings of which one is ours. */
function judgeAudience(claims: PlainObject, policy: TokenPolicy): Judgement {
  const audience = ownProperty(claims, "aud");
  const members = Array.isArray(audience) ? audience : [audience];
  const allowed = members.every((member) => typeof member === "string") && members.includes(policy.audience);
  return allowed ? undefined : "AUDIENCE_NOT_ALLOWED";
}

/** RFC 7519 4.1.7: a string, if present. Lists of used and revoked tokens have it as their key. */
function judgeTokenId(claims: PlainObject): Judgement {
  const id = ownProperty(claims, "jti");
  return id === undefined || typeof id === "string" ? undefined : "TOKEN_ID_INVALID";
}

function judgeNotBefore(claims: PlainObject, policy: TokenPolicy, now: EpochSeconds): Judgement {
  if (!Object.hasOwn(claims, "nbf")) return undefined;
  const notBefore = parseEpochSeconds(claims["nbf"]);
  if (notBefore === undefined) return "NOT_BEFORE_INVALID";
  return notBefore <= now + policy.leewaySeconds ? undefined : "NOT_YET_VALID";
}

function judgeIssuedAt(claims: PlainObject, expiry: EpochSeconds, policy: TokenPolicy, now: EpochSeconds): Judgement {
  if (!Object.hasOwn(claims, "iat")) return undefined;
  const issuedAt = parseEpochSeconds(claims["iat"]);
  if (issuedAt === undefined || issuedAt > expiry) return "ISSUED_AT_INVALID";
  return issuedAt <= now + policy.leewaySeconds ? undefined : "ISSUED_IN_THE_FUTURE";
}

/** Required here, since without it a theft lasts for ever. Fractions fall to the strict side. */
function parseExpiry(claims: PlainObject): EpochSeconds | undefined {
  const expiry = parseEpochSeconds(ownProperty(claims, "exp"));
  return expiry === undefined ? undefined : wholeSeconds(expiry);
}

/**
 * RFC 7519 4.1.4: on or after `exp` the token is refused. Without leeway: a connection ends at `exp`, so one that
 * opened after it would receive nothing.
 */
function judgeExpiry(expiry: EpochSeconds, policy: TokenPolicy, now: EpochSeconds): Judgement {
  if (!(now < expiry)) return "EXPIRED";
  return expiry - now <= policy.maxLifetimeSeconds ? undefined : "LIFETIME_TOO_LONG";
}

/** A registered `sub` beside a nested identity must name the same user, or the issuer and we disagree about who it is. */
function subjectAgrees(claims: PlainObject, identity: Identity): boolean {
  const subject = ownProperty(claims, "sub");
  return subject === undefined || subject === identity.userId || subject === identity.sub;
}
