import type { Grants } from "../../domain/grants/grant.ts";
import { wholeSeconds } from "../../domain/time.ts";
import type { GrantsId, IssuerId, TokenFacts } from "../../domain/token/token-facts.ts";
import type { PresentedToken } from "../../domain/token/verdict.ts";

/** Names the issuer of a token shortly, by its `iss`. Pure. */
export type IssuerIds = (issuer: string) => IssuerId;

/** Names the grants of a token shortly. Pure; undefined without grants. */
export type GrantsIds = (grants: Grants) => GrantsId | undefined;

/** The facts that a connection keeps of a verified token. */
export function tokenFacts({ issuer, expiresAt, ...rest }: PresentedToken, issuerIds: IssuerIds): TokenFacts {
  return { ...rest, issuer: issuerIds(issuer), expiresAt: wholeSeconds(expiresAt) };
}
