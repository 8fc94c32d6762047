import type { UserId } from "../identity/identity.ts";
import { type EntityPattern, type Grant, type Grants, parseGrant } from "./grant.ts";

/** A grant that every user has. `{userId}` in its pattern stands for the id of the user. */
type GrantTemplate = Grant;

export type DefaultGrants = readonly GrantTemplate[];

/** The word for a deployment without default grants: an empty setting could be a forgotten one. */
const NONE = "none";

const PLACEHOLDER = "{userId}";

/** Every character of ASCII that one can see and that user ids cannot contain, but `*`, braces and the comma. */
const SEPARATOR = "[!-$%&'()/;<>?[\\]\\\\^`\"#]";

/**
 * Texts of ASCII without blank and comma. A placeholder ends the pattern, or a character follows that no user id
 * contains. Behind `user-{userId}-` the id `ann` would reach what belongs to `ann-lee`, behind `{userId}*` also `anna`'s.
 */
const TEMPLATE = new RegExp(`^(?:[!-)+\\-.-z|~]|\\{userId\\}(?=$|${SEPARATOR}))*\\*?$`);

export const DEFAULT_GRANTS_EXPECTED =
  "must be none, or grants as subscribe:news-* separated by commas, with {userId} only at the end or before a character that no user id contains";

/** Undefined if a text is no list of default grants. */
export function parseDefaultGrants(text: string): DefaultGrants | undefined {
  if (text === NONE) return [];
  const grants = text.split(",").map((entry) => (TEMPLATE.test(entry) ? parseGrant(entry) : undefined));
  return grants.every((grant) => grant !== undefined) ? grants : undefined;
}

export function defaultGrantsOf(userId: UserId, defaults: DefaultGrants): Grants {
  return defaults.map(({ verb, pattern }) => ({
    verb,
    pattern: pattern.replaceAll(PLACEHOLDER, () => userId) as EntityPattern,
  }));
}
