import type { UserId } from "../identity/identity.ts";
import { addSeconds, type EpochSeconds, earlier, later } from "../time.ts";
import { covers, type Grant, isWildcard } from "./grant.ts";

/**
 * What administrators decided for one user and one pattern: the last grant, and the last withdrawal. Events come late,
 * twice and in any order, so both are kept: the same events make the same entry in every order.
 */
export type AccessEntry = Grant & {
  readonly granted?: GrantedAccess | undefined;
  readonly withdrawnAt?: EpochSeconds | undefined;
};

export type GrantedAccess = {
  /** When the event was published, in whole seconds. */
  readonly at: EpochSeconds;
  /** The grant's own end. */
  readonly until?: EpochSeconds | undefined;
};

/** All entries of one user. */
export type AccessList = readonly AccessEntry[];

/** The later grant counts. Of two in the same second the one that ends first: nothing is granted by chance. */
export function laterGrant(one: GrantedAccess, other: GrantedAccess): GrantedAccess {
  if (one.at !== other.at) return one.at > other.at ? one : other;
  if (one.until === undefined || other.until === undefined) return one.until === undefined ? other : one;
  return { at: one.at, until: earlier(one.until, other.until) };
}

/**
 * True if the entry's grant was taken back: by a withdrawal of its verb, and of its pattern or a wider one, in the same
 * second or later.
 */
export function isWithdrawn({ verb, pattern, granted }: AccessEntry, list: AccessList): boolean {
  if (granted === undefined) return false;
  const withdrawals = list.filter(({ withdrawnAt }) => withdrawnAt !== undefined && withdrawnAt >= granted.at);
  return withdrawals.some((one) => one.verb === verb && covers(one.pattern, pattern));
}

/** What an administrator decided about one pattern of one user. */
export type AccessChange = Grant & {
  readonly userId: UserId;
  readonly kind: "grant" | "withdrawal";
  /** When the event was published, in whole seconds. */
  readonly at: EpochSeconds;
  /** The end of a grant, if it has one. */
  readonly until?: EpochSeconds | undefined;
};

/**
 * The entries that a change alters, as they are afterwards; none if it comes too late to count. A wide withdrawal marks
 * the narrower grants too, so that they can be forgotten.
 */
export function alteredBy({ kind, verb, pattern, at, until }: AccessChange, list: AccessList): AccessList {
  const own = list.find((one) => one.verb === verb && one.pattern === pattern) ?? { verb, pattern };
  if (kind === "withdrawal") {
    const covered = list.filter((one) => one !== own && one.verb === verb && covers(pattern, one.pattern));
    const marked = covered.filter(({ granted }) => granted !== undefined && granted.at <= at);
    return [own, ...marked]
      .filter(({ withdrawnAt }) => isEarlier(withdrawnAt, at))
      .map((one) => ({ ...one, withdrawnAt: at }));
  }
  const granted = laterGrant({ at, until }, own.granted ?? { at, until });
  const isSame = own.granted?.at === granted.at && own.granted.until === granted.until;
  return isSame ? [] : [{ ...own, granted }];
}

function isEarlier(one: EpochSeconds | undefined, other: EpochSeconds): boolean {
  return one === undefined || one < other;
}

/** Events come late, at most 14 days after they became dead letters. */
const REMEMBERED_SECONDS = 45 * 86_400;

/**
 * The moment from which an entry may be forgotten: a late event must not bring back what was withdrawn. Undefined for a
 * grant that counts without an end, and for the withdrawal of a wildcard, also if the wildcard was granted since: it may
 * be all that stands against a narrower grant.
 */
export function forgottenFrom({ pattern, granted, withdrawnAt }: AccessEntry): EpochSeconds | undefined {
  if (withdrawnAt !== undefined && isWildcard(pattern)) return undefined;
  const counts = granted !== undefined && isEarlier(withdrawnAt, granted.at);
  if (counts) return granted.until && addSeconds(later(granted.until, granted.at), REMEMBERED_SECONDS);
  if (withdrawnAt === undefined) return undefined;
  return addSeconds(later(withdrawnAt, granted?.until ?? withdrawnAt), REMEMBERED_SECONDS);
}
