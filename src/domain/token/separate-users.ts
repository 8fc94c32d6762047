import type { IssuerPolicy } from "./issuer-policy.ts";

/** What an entry says about the users of its issuer. */
type StatedUsers = {
  readonly issuer: string;
  /** Empty if the entry states none. */
  readonly prefix: string;
  /** The issuer whose users this one has too; undefined if it has users of its own. */
  readonly sharesWith: unknown;
};

type Refuse = (index: number, member: "userIdPrefix" | "sharesUsersWith", expectation: string) => void;

/**
 * The prefixes that keep the user ids of all issuers apart: every issuer but one has a prefix, none begins another, and
 * ids without a prefix must not begin as one. Two issuers mean the same users only where the configuration says so.
 */
export function keepUsersApart(
  stated: readonly StatedUsers[],
  refuse: Refuse,
): readonly Pick<IssuerPolicy, "userIdPrefix" | "foreignPrefixes">[] {
  const own = stated.filter(({ sharesWith }) => sharesWith === undefined);
  for (const [index, users] of stated.entries()) {
    if (users.sharesWith === undefined) {
      const earlier = own.slice(0, own.indexOf(users));
      if (earlier.some(({ prefix }) => meet(prefix, users.prefix))) {
        refuse(index, "userIdPrefix", users.prefix === "" ? PREFIX_NEEDED : PREFIX_MEETS);
      }
    } else {
      if (!own.some(({ issuer }) => issuer === users.sharesWith)) {
        refuse(index, "sharesUsersWith", "must be the issuer of another entry, which has users of its own");
      }
      if (users.prefix !== "") refuse(index, "userIdPrefix", "must not be set beside sharesUsersWith");
    }
  }
  const prefixes = own.map(({ prefix }) => prefix).filter((prefix) => prefix !== "");
  return stated.map(({ prefix, sharesWith }) => {
    const owner = own.find(({ issuer }) => issuer === sharesWith);
    const userIdPrefix = owner?.prefix ?? prefix;
    return { userIdPrefix, foreignPrefixes: userIdPrefix === "" ? prefixes : [] };
  });
}

const PREFIX_NEEDED = "must be set: one issuer alone may have none, unless sharesUsersWith names an issuer";
const PREFIX_MEETS = "must not begin as the prefix of another entry, or the other way round";

function meet(one: string, other: string): boolean {
  return one === "" || other === "" ? one === other : one.startsWith(other) || other.startsWith(one);
}
