import { hash } from "node:crypto";
import type { IssuerId } from "../domain/token/token-facts.ts";

/** 96 bits of SHA-256 in base64url: no two configured issuers share an id by accident. */
const ID_CHARACTERS = 16;

/** The id of the issuer with this `iss`. */
export function issuerId(issuer: string): IssuerId {
  return hash("sha256", issuer, "base64url").slice(0, ID_CHARACTERS) as IssuerId;
}

/** The id in a stored record; undefined for any other text. */
export function parseIssuerId(value: unknown): IssuerId | undefined {
  return typeof value === "string" && /^[\w-]{16}$/.test(value) ? (value as IssuerId) : undefined;
}
