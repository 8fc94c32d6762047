import { utf8Length } from "../text.ts";
import { type Grant, type Grants, grantText, parseGrant, parseVerb, splitGrant } from "./grant.ts";

/** In bytes of UTF-8, as they stand in the authorizer's answer, which has 8 KB: a JSON list in a text of JSON. */
export const MAX_GRANTS_BYTES = 4096;

export type ParsedGrants =
  | { readonly kind: "grants"; readonly grants: Grants }
  | { readonly kind: "rejected"; readonly reason: "GRANTS_INVALID" | "GRANTS_TOO_LARGE" };

/**
 * The grants in a token's claim: a list, or one text parted by blanks as `scope` has it (RFC 6749 section 3.3). A token
 * without the claim has none. An entry whose verb is not one of ours is passed over: providers put others there.
 */
export function parseTokenGrants(claim: unknown): ParsedGrants {
  if (claim === undefined) return { kind: "grants", grants: [] };
  const entries: unknown = typeof claim === "string" ? claim.split(" ") : claim;
  if (!Array.isArray(entries)) return { kind: "rejected", reason: "GRANTS_INVALID" };
  const ours = [...new Set(entries.filter(isOurs))];
  const grants = ours.map(parseGrant);
  if (!grants.every((grant) => grant !== undefined)) return { kind: "rejected", reason: "GRANTS_INVALID" };
  if (sizeOf(grants) > MAX_GRANTS_BYTES) return { kind: "rejected", reason: "GRANTS_TOO_LARGE" };
  return { kind: "grants", grants };
}

function isOurs(entry: unknown): entry is string {
  return typeof entry === "string" && parseVerb(splitGrant(entry)?.verb ?? "") !== undefined;
}

/** The grants in texts that this service has written. Undefined for anything else. */
export function parseWrittenGrants(texts: unknown): Grants | undefined {
  const grants = Array.isArray(texts) ? texts.map(parseGrant) : [undefined];
  return grants.every((grant) => grant !== undefined) && sizeOf(grants) <= MAX_GRANTS_BYTES ? grants : undefined;
}

function sizeOf(grants: readonly Grant[]): number {
  return utf8Length(JSON.stringify(JSON.stringify(grants.map(grantText))));
}
