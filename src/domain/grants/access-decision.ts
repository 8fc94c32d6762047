import type { UserId } from "../identity/identity.ts";
import type { EntityId } from "../subscription/subscription.ts";
import { type EpochSeconds, later } from "../time.ts";
import { type AccessEntry, type AccessList, isWithdrawn } from "./access-list.ts";
import { type DefaultGrants, defaultGrantsOf } from "./default-grants.ts";
import { type Grant, type Grants, grantText, includes, type Verb } from "./grant.ts";

/** A user, and the grants of the token that the user's connection has now. */
export type Requester = { readonly userId: UserId; readonly grants: Grants };

export type AllowedAccess = {
  readonly kind: "allowed";
  /** The rule that decided, for the log. */
  readonly rule: string;
  /** The end of the grant, if it has one of its own: nothing is delivered from then on. */
  readonly until?: EpochSeconds | undefined;
};

export type DeniedAccess = {
  readonly kind: "denied";
  readonly rule: string;
  /** The grant that came closest, for the log. */
  readonly closest?: string | undefined;
};

export type AccessDecision = AllowedAccess | DeniedAccess;

/** `TABLE_NEEDED`: token and deployment do not allow it, and the list of the user was not read. */
export type AccessVerdict = AccessDecision | { readonly kind: "undecided"; readonly rule: "TABLE_NEEDED" };

/** What a user asks for. */
export type AccessRequest = { readonly requester: Requester; readonly verb: Verb; readonly entityId: EntityId };

export type AccessRules = {
  readonly defaultGrants: DefaultGrants;
  /** What administrators decided for the user. Undefined before it was read. */
  readonly list: AccessList | undefined;
  readonly now: EpochSeconds;
};

/**
 * Decides whether a user may do something with an entity: nothing is allowed that is not granted. The token is asked
 * first, then the deployment, then the list of administrators.
 */
export function decideAccess({ requester, verb, entityId }: AccessRequest, rules: AccessRules): AccessVerdict {
  const { userId, grants } = requester;
  const { defaultGrants, list, now } = rules;
  const isMatch = (grant: Grant) => grant.verb === verb && includes(grant.pattern, entityId);
  if (grants.some(isMatch)) return { kind: "allowed", rule: "TOKEN_GRANT" };
  const ofDeployment = defaultGrantsOf(userId, defaultGrants);
  if (ofDeployment.some(isMatch)) return { kind: "allowed", rule: "DEFAULT_GRANT" };
  if (list === undefined) return { kind: "undecided", rule: "TABLE_NEEDED" };
  const matching = list.filter((entry) => entry.granted !== undefined && isMatch(entry));
  const standing = matching.filter((entry) => !isWithdrawn(entry, list));
  const inForce = standing.filter((entry) => isInForce(entry, now));
  if (inForce.length > 0) return { kind: "allowed", rule: "TABLE_GRANT", until: lastEnd(inForce) };
  const [matched] = [...standing, ...matching];
  if (matched !== undefined) {
    const rule = standing.length > 0 ? "GRANT_ENDED" : "GRANT_WITHDRAWN";
    return { kind: "denied", rule, closest: grantText(matched) };
  }
  const others = [...grants, ...ofDeployment, ...list.filter(({ granted }) => granted !== undefined)];
  return { kind: "denied", rule: "NOT_GRANTED", closest: closestTo(entityId, verb, others) };
}

function isInForce({ granted }: AccessEntry, now: EpochSeconds): boolean {
  return granted !== undefined && (granted.until === undefined || now < granted.until);
}

/** Undefined if one of the grants has no end. */
function lastEnd(entries: AccessList): EpochSeconds | undefined {
  const ends = entries.map(({ granted }) => granted?.until);
  return ends.reduce((last, end) => (last === undefined || end === undefined ? undefined : later(last, end)));
}

/** The grant that shares the longest beginning with the entity's id. */
function closestTo(entityId: EntityId, verb: Verb, grants: Grants): string | undefined {
  let closest: Grant | undefined;
  let longest = 0;
  for (const grant of grants.filter((one) => one.verb === verb)) {
    const shared = sharedLength(grant.pattern, entityId);
    if (shared > longest) [closest, longest] = [grant, shared];
  }
  return closest && grantText(closest);
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}
