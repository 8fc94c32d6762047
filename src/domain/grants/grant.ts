import type { Brand } from "../brand.ts";
import { type EntityId, MAX_ENTITY_ID_BYTES } from "../subscription/subscription.ts";
import { isPlainText } from "../text.ts";

/**
 * The verbs of grants. An entry of another verb belongs to another system. `publish`, `history`, `presence` and `inbox` are
 * reserved for later versions: issuers should give them no other meaning.
 */
export const VERBS = ["subscribe"] as const;

export type Verb = (typeof VERBS)[number];

/**
 * A set of entities: one id, or with one trailing `*` all ids that begin with the text before it. Ids are compared
 * byte for byte: no other character has a meaning, and no two spellings are alike.
 */
export type EntityPattern = Brand<string, "EntityPattern">;

/** The permission of a user to do something with the entities of a pattern. */
export type Grant = { readonly verb: Verb; readonly pattern: EntityPattern };

export type Grants = readonly Grant[];

const WILDCARD = "*";

/** Undefined for a text that can be no pattern: `*` before its end, or no entity's id. */
export function parseEntityPattern(value: unknown): EntityPattern | undefined {
  if (!isPlainText(value, MAX_ENTITY_ID_BYTES)) return undefined;
  const wildcard = value.indexOf(WILDCARD);
  return wildcard === -1 || wildcard === value.length - 1 ? (value as EntityPattern) : undefined;
}

export function isWildcard(pattern: EntityPattern): boolean {
  return pattern.endsWith(WILDCARD);
}

/** The text before the wildcard; undefined for the pattern of one id. */
function prefixOf(pattern: EntityPattern): string | undefined {
  return isWildcard(pattern) ? pattern.slice(0, -1) : undefined;
}

export function includes(pattern: EntityPattern, entityId: EntityId): boolean {
  const prefix = prefixOf(pattern);
  return prefix === undefined ? entityId === (pattern as string) : entityId.startsWith(prefix);
}

/** True if a pattern includes every entity that another one includes. */
export function covers(wide: EntityPattern, narrow: EntityPattern): boolean {
  const [wider, narrower] = [prefixOf(wide), prefixOf(narrow)];
  return wider === undefined ? wide === narrow : (narrower ?? narrow).startsWith(wider);
}

/** The verb before the first colon, and the text behind it. Undefined for a text without a colon. */
export function splitGrant(text: string): { readonly verb: string; readonly pattern: string } | undefined {
  const colon = text.indexOf(":");
  return colon === -1 ? undefined : { verb: text.slice(0, colon), pattern: text.slice(colon + 1) };
}

/** The verb of that name, spelled exactly so. */
export function parseVerb(name: string): Verb | undefined {
  return VERBS.find((verb) => verb === name);
}

/** A grant as it is written: `subscribe:order-*`. Undefined for any other text. */
export function parseGrant(text: unknown): Grant | undefined {
  const parts = typeof text === "string" ? splitGrant(text) : undefined;
  const verb = parts && parseVerb(parts.verb);
  const pattern = parts && parseEntityPattern(parts.pattern);
  return verb && pattern && { verb, pattern };
}

export function grantText({ verb, pattern }: Grant): string {
  return `${verb}:${pattern}`;
}
