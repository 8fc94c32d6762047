import { isPlainText, utf8Length } from "../text.ts";

/**
 * The permissions in a token, as the token spells them. A subscription policy decides their meaning. No claim is read
 * as a grant yet, so every token has none.
 */
export type Grants = readonly string[];

export const NO_GRANTS: Grants = [];

/** The limit for all grants together, in bytes of UTF-8. The authorizer's whole context has 8 KB. */
const MAX_GRANTS_BYTES = 4096;

/** The grants in a value. Undefined unless it is a list of plain texts within the limit. */
export function parseGrants(value: unknown): Grants | undefined {
  if (!Array.isArray(value)) return undefined;
  const grants = value.filter((one): one is string => isPlainText(one, MAX_GRANTS_BYTES));
  const bytes = grants.reduce((sum, grant) => sum + utf8Length(grant), 0);
  return grants.length === value.length && bytes <= MAX_GRANTS_BYTES ? grants : undefined;
}
