import type { Brand } from "../brand.ts";
import { isPlainText } from "../text.ts";
import type { EpochSeconds } from "../time.ts";

/** A short name for an issuer, made from its `iss`: a connection's record has no room for an address. */
export type IssuerId = Brand<string, "IssuerId">;

/** Names the grants of a token: two tokens with the same grants have the same. The grants stand beside the record. */
export type GrantsId = Brand<string, "GrantsId">;

/** The facts about a token by which its end is known and a revocation finds it. Never the token itself. */
export type TokenFacts = {
  readonly issuer: IssuerId;
  /** `exp`, in whole seconds. */
  readonly expiresAt: EpochSeconds;
  /** `iat`, in whole seconds, rounded down. Absent if the token has none. */
  readonly issuedAt?: EpochSeconds;
  /** `jti`. Absent if the token has none. */
  readonly tokenId?: TokenId;
  /** Absent if the token has no grants. */
  readonly grants?: GrantsId;
};

export function isSameToken(one: TokenFacts, other: TokenFacts): boolean {
  return (
    one.issuer === other.issuer &&
    one.expiresAt === other.expiresAt &&
    one.issuedAt === other.issuedAt &&
    one.tokenId === other.tokenId &&
    one.grants === other.grants
  );
}

/** The `jti` of a token (RFC 7519 4.1.7), byte for byte: 1 to 128 bytes of UTF-8 without control characters. */
export type TokenId = Brand<string, "TokenId">;

/** Longer than the ids of every provider that we know. A longer id would crowd a connection's record. */
export const MAX_TOKEN_ID_BYTES = 128;

export function parseTokenId(value: unknown): TokenId | undefined {
  return isPlainText(value, MAX_TOKEN_ID_BYTES) ? (value as TokenId) : undefined;
}
