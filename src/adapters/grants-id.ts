import { hash } from "node:crypto";
import { type Grants, grantText } from "../domain/grants/grant.ts";
import type { GrantsId } from "../domain/token/token-facts.ts";

/** 96 bits of SHA-256 in base64url. */
const ID_CHARACTERS = 16;

/** The id of grants, in whatever order; undefined without grants. */
export function grantsId(grants: Grants): GrantsId | undefined {
  if (grants.length === 0) return undefined;
  const texts = grants.map(grantText).toSorted();
  return hash("sha256", JSON.stringify(texts), "base64url").slice(0, ID_CHARACTERS) as GrantsId;
}

/** The id in a stored record; undefined for any other text. */
export function parseGrantsId(value: unknown): GrantsId | undefined {
  return typeof value === "string" && /^[\w-]{16}$/.test(value) ? (value as GrantsId) : undefined;
}
