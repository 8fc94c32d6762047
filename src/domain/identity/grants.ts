import { isPlainText, utf8Length } from "../text.ts";

/**
 * What a token allows beside its identity, as it spells it: a policy gives the texts their meaning. No claim is read as a
 * grant yet, so nobody has any.
 */
export type Grants = readonly string[];

export const NO_GRANTS: Grants = [];

/** In bytes of UTF-8, for all of them: the authorizer's context has 8 KB for everything. */
const MAX_GRANTS_BYTES = 4096;

/** Undefined unless it is a list of plain texts within the bound. */
export function parseGrants(value: unknown): Grants | undefined {
  if (!Array.isArray(value)) return undefined;
  const grants = value.filter((one): one is string => isPlainText(one, MAX_GRANTS_BYTES));
  const bytes = grants.reduce((sum, grant) => sum + utf8Length(grant), 0);
  return grants.length === value.length && bytes <= MAX_GRANTS_BYTES ? grants : undefined;
}
