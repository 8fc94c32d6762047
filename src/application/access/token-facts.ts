import { wholeSeconds } from "../../domain/time.ts";
import type { IssuerId, TokenFacts } from "../../domain/token/token-facts.ts";
import type { PresentedToken } from "../../domain/token/verdict.ts";

/** Names the issuer of a token shortly, by its `iss`. Pure. */
export type IssuerIds = (issuer: string) => IssuerId;

/** The facts that a connection keeps of a verified token. */
export function tokenFacts({ issuer, expiresAt, ...rest }: PresentedToken, issuerIds: IssuerIds): TokenFacts {
  return { ...rest, issuer: issuerIds(issuer), expiresAt: wholeSeconds(expiresAt) };
}
