import { endSlot } from "../../domain/connection/ending.ts";
import { isPlainObject } from "../../domain/plain-object.ts";
import { type EpochSeconds, parseEpochSeconds } from "../../domain/time.ts";
import { type IssuerId, parseTokenId, type TokenFacts } from "../../domain/token/token-facts.ts";
import { parseGrantsId } from "../grants-id.ts";
import { parseIssuerId } from "../issuer-id.ts";
import { momentKey, slotKey } from "./table-keys.ts";

/** The attributes that a renewal replaces: the facts of the token, the end, and the end's copies in the indexes. */
export function toTokenAttributes(token: TokenFacts, expiresAt: EpochSeconds): Record<string, unknown> {
  return {
    issuer: token.issuer,
    tokenExpiresAt: token.expiresAt,
    ...(token.issuedAt !== undefined && { issuedAt: token.issuedAt }),
    ...(token.tokenId !== undefined && { tokenId: token.tokenId }),
    ...(token.grants !== undefined && { grants: token.grants }),
    expiresAt,
    GSI1SK: momentKey(expiresAt),
    endSlot: slotKey(endSlot(expiresAt)),
  };
}

/** A record of an older schema has no facts of its token but the end. */
const UNKNOWN_ISSUER = "----------------" as IssuerId;

export function fromTokenAttributes(item: unknown, expiresAt: EpochSeconds): TokenFacts {
  const attributes = isPlainObject(item) ? item : {};
  const issuedAt = parseEpochSeconds(attributes["issuedAt"]);
  const tokenId = parseTokenId(attributes["tokenId"]);
  const grants = parseGrantsId(attributes["grants"]);
  return {
    issuer: parseIssuerId(attributes["issuer"]) ?? UNKNOWN_ISSUER,
    expiresAt: parseEpochSeconds(attributes["tokenExpiresAt"]) ?? expiresAt,
    ...(issuedAt !== undefined && { issuedAt }),
    ...(tokenId !== undefined && { tokenId }),
    ...(grants !== undefined && { grants }),
  };
}

type Condition = {
  readonly condition: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
};

/** The condition that a record has exactly these facts, so that a change which came between is never undone. */
export function hasToken(token: TokenFacts): Condition {
  const expected = {
    ...(token.issuer === UNKNOWN_ISSUER
      ? { issuer: undefined, expiresAt: token.expiresAt }
      : { issuer: token.issuer, tokenExpiresAt: token.expiresAt }),
    issuedAt: token.issuedAt,
    tokenId: token.tokenId,
    grants: token.grants,
  };
  const facts = Object.entries(expected);
  return {
    condition: facts
      .map(([name, value]) => (value === undefined ? `attribute_not_exists(#${name})` : `#${name} = :seen_${name}`))
      .join(" AND "),
    names: Object.fromEntries(facts.map(([name]) => [`#${name}`, name])),
    values: Object.fromEntries(
      facts.flatMap(([name, value]) => (value === undefined ? [] : [[`:seen_${name}`, value]])),
    ),
  };
}
