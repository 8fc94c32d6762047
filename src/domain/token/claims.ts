import { parseTokenGrants } from "../grants/token-grants.ts";
import { type Identity, identityFromClaims, prefixedUserId } from "../identity/identity.ts";
import { ownProperty, type PlainObject } from "../plain-object.ts";
import { type EpochSeconds, parseEpochSeconds, wholeSeconds } from "../time.ts";
import type { IssuerPolicy } from "./issuer-policy.ts";
import { parseTokenId } from "./token-facts.ts";
import { isForAccess } from "./token-use.ts";
import { type PresentedToken, type RejectionReason, rejected, type TokenVerdict } from "./verdict.ts";

/** Verified claims: `all` as the issuer wrote them, and the parsed dates. A date that cannot be parsed is undefined. */
type TokenClaims = {
  readonly all: PlainObject;
  readonly expiry: EpochSeconds;
  readonly notBefore: EpochSeconds | undefined;
  readonly issuedAt: EpochSeconds | undefined;
};

/**
 * Returns true if the claims keep a rule. Rules state the condition that must be true, so a clock that returns NaN lets
 * no token in.
 */
type Rule = (claims: TokenClaims, policy: IssuerPolicy, now: EpochSeconds) => boolean;

/** The rules in their order. The first broken rule is the reason. */
const RULES: readonly (readonly [broken: RejectionReason, rule: Rule])[] = [
  ["ISSUER_NOT_ALLOWED", ({ all }, policy) => ownProperty(all, "iss") === policy.issuer],
  ["AUDIENCE_NOT_ALLOWED", ({ all }, policy) => isForAudience(all, policy)],
  ["TOKEN_USE_NOT_ALLOWED", ({ all }, policy) => isForAccess(all, policy)],
  ["TOKEN_ID_INVALID", ({ all }) => isTokenId(ownProperty(all, "jti"))],
  ["NOT_BEFORE_INVALID", ({ all, notBefore }) => !Object.hasOwn(all, "nbf") || notBefore !== undefined],
  ["NOT_YET_VALID", ({ notBefore }, policy, now) => hasBegun(notBefore, policy, now)],
  ["ISSUED_AT_INVALID", (claims) => !Object.hasOwn(claims.all, "iat") || isIssuedBeforeExpiry(claims)],
  ["ISSUED_IN_THE_FUTURE", ({ issuedAt }, policy, now) => hasBegun(issuedAt, policy, now)],
  // RFC 7519 4.1.4. No leeway: a connection ends at `exp`, so a connection opened after it would receive nothing.
  ["EXPIRED", ({ expiry }, _policy, now) => now < expiry],
  ["LIFETIME_TOO_LONG", ({ expiry, issuedAt }, policy, now) => expiry - (issuedAt ?? now) <= policy.maxLifetimeSeconds],
];

/** Decides whether verified claims let their bearer in now, and with which identity. */
export function judgeClaims(all: PlainObject, policy: IssuerPolicy, now: EpochSeconds): TokenVerdict {
  const claims = parseClaims(all);
  if (claims === undefined) return rejected("EXPIRY_INVALID");
  const [broken] = RULES.find(([, rule]) => !rule(claims, policy, now)) ?? [];
  if (broken !== undefined) return rejected(broken);

  const named = identityFromClaims(all, policy.identityClaims);
  if (named === undefined) return rejected("IDENTITY_INVALID");
  if (!subjectAgrees(all, named)) return rejected("SUBJECT_MISMATCH");
  const userId = prefixedUserId(named.userId, policy);
  if (userId === undefined) return rejected("IDENTITY_INVALID");
  const granted = parseTokenGrants(ownProperty(all, policy.permissionsClaim));
  if (granted.kind === "rejected") return granted;
  const { grants } = granted;
  return { kind: "accepted", identity: { ...named, userId }, token: presentedToken(claims, policy), grants };
}

function presentedToken({ all, expiry, issuedAt }: TokenClaims, { issuer }: IssuerPolicy): PresentedToken {
  const tokenId = parseTokenId(ownProperty(all, "jti"));
  return {
    issuer,
    expiresAt: expiry,
    ...(issuedAt !== undefined && { issuedAt: wholeSeconds(issuedAt) }),
    ...(tokenId !== undefined && { tokenId }),
  };
}

/**
 * Parses the claims. Undefined without an `exp`: a stolen token would then be valid for ever. The fraction of `exp` is
 * cut off, which is the strict side.
 */
function parseClaims(all: PlainObject): TokenClaims | undefined {
  const [expiry, notBefore, issuedAt] = ["exp", "nbf", "iat"].map((name) => parseEpochSeconds(ownProperty(all, name)));
  return expiry === undefined ? undefined : { all, expiry: wholeSeconds(expiry), notBefore, issuedAt };
}

/** RFC 7519 4.1.3: one string, or an array of strings of which one is ours. `client_id` is one string. */
function isForAudience(all: PlainObject, { audienceClaim, audiences }: IssuerPolicy): boolean {
  const audience = ownProperty(all, audienceClaim);
  const members = Array.isArray(audience) && audienceClaim === "aud" ? audience : [audience];
  return members.every((member) => typeof member === "string") && members.some((member) => audiences.includes(member));
}

/** RFC 7519 4.1.7: a string, if present. The list of revoked tokens has it in its keys. */
function isTokenId(id: unknown): boolean {
  return id === undefined || parseTokenId(id) !== undefined;
}

function hasBegun(moment: EpochSeconds | undefined, policy: IssuerPolicy, now: EpochSeconds): boolean {
  return moment === undefined || moment <= now + policy.leewaySeconds;
}

function isIssuedBeforeExpiry({ issuedAt, expiry }: TokenClaims): boolean {
  return issuedAt !== undefined && issuedAt <= expiry;
}

/**
 * A registered `sub` beside an identity in other claims must name the same user. Otherwise the issuer and this service
 * disagree about the user.
 */
function subjectAgrees(all: PlainObject, identity: Identity): boolean {
  const subject = ownProperty(all, "sub");
  return subject === undefined || subject === identity.userId || subject === identity.sub;
}
