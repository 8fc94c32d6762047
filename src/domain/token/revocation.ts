import type { UserId } from "../identity/identity.ts";
import type { EpochSeconds } from "../time.ts";
import type { IssuerId, TokenFacts, TokenId } from "./token-facts.ts";

/**
 * Tokens that count no longer, whatever their `exp`. `issuedBefore` ends tokens whose `iat` is at or before it, and
 * those without `iat`; later tokens count.
 */
export type Revocation =
  | { readonly kind: "user"; readonly userId: UserId; readonly issuedBefore: EpochSeconds }
  | { readonly kind: "token"; readonly userId: UserId; readonly tokenId: TokenId }
  | { readonly kind: "issuer"; readonly issuer: IssuerId; readonly issuedBefore: EpochSeconds };

/** A token and its user. The user id has its issuer's prefix. */
export type TokenHolder = { readonly userId: UserId; readonly token: TokenFacts };

export function isRevokedBy({ userId, token }: TokenHolder, revocation: Revocation): boolean {
  switch (revocation.kind) {
    case "user":
      return userId === revocation.userId && isIssuedBy(token, revocation.issuedBefore);
    case "token":
      return userId === revocation.userId && token.tokenId === revocation.tokenId;
    case "issuer":
      return token.issuer === revocation.issuer && isIssuedBy(token, revocation.issuedBefore);
  }
}

function isIssuedBy({ issuedAt }: TokenFacts, moment: EpochSeconds): boolean {
  return issuedAt === undefined || issuedAt <= moment;
}
