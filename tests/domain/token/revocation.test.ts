import { describe, expect, it } from "vitest";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { isRevokedBy, type Revocation, type TokenHolder } from "../../../src/domain/token/revocation.ts";
import { parseTokenId, type TokenFacts, type TokenId } from "../../../src/domain/token/token-facts.ts";

const ann = "ann" as UserId;
const at = (seconds: number) => seconds as EpochSeconds;
const id = (text: string) => parseTokenId(text) as TokenId;

function holderOf(facts: Partial<TokenFacts> = {}, userId = ann): TokenHolder {
  const issuer = issuerId("https://issuer.example.com/");
  return { userId, token: { issuer, expiresAt: at(5000), issuedAt: at(1000), tokenId: id("t-1"), ...facts } };
}

const { issuedAt: _, ...timeless } = holderOf().token;
const { tokenId: __, ...nameless } = holderOf().token;

describe("a revocation of a user's tokens", () => {
  const until = (seconds: number): Revocation => ({ kind: "user", userId: ann, issuedBefore: at(seconds) });

  it.each([
    [999, false],
    [1000, true],
    [1001, true],
  ])("until %i concerns a token issued at 1000: %s", (seconds, revoked) => {
    expect(isRevokedBy(holderOf(), until(seconds))).toBe(revoked);
  });

  it("concerns a token without iat", () => {
    expect(isRevokedBy({ userId: ann, token: timeless }, until(1))).toBe(true);
  });

  it("concerns no other user", () => {
    expect(isRevokedBy(holderOf({}, "bob" as UserId), until(9999))).toBe(false);
  });
});

describe("a revocation of one token", () => {
  const revocation: Revocation = { kind: "token", userId: ann, tokenId: id("t-1") };

  it("concerns the token with that id, and no other of the user", () => {
    expect(isRevokedBy(holderOf(), revocation)).toBe(true);
    expect(isRevokedBy(holderOf({ tokenId: id("t-2") }), revocation)).toBe(false);
    expect(isRevokedBy({ userId: ann, token: nameless }, revocation)).toBe(false);
  });

  it("concerns no token with that id of another user", () => {
    expect(isRevokedBy(holderOf({}, "bob" as UserId), revocation)).toBe(false);
  });
});

describe("a revocation of an issuer's tokens", () => {
  const revocation: Revocation = {
    kind: "issuer",
    issuer: issuerId("https://issuer.example.com/"),
    issuedBefore: at(1000),
  };

  it("concerns every user's tokens, issued at or before its time", () => {
    expect(isRevokedBy(holderOf(), revocation)).toBe(true);
    expect(isRevokedBy(holderOf({}, "bob" as UserId), revocation)).toBe(true);
    expect(isRevokedBy({ userId: ann, token: timeless }, revocation)).toBe(true);
    expect(isRevokedBy(holderOf({ issuedAt: at(1001) }), revocation)).toBe(false);
  });

  it("concerns no other issuer, however alike their names are", () => {
    expect(isRevokedBy(holderOf({ issuer: issuerId("https://issuer.example.com") }), revocation)).toBe(false);
  });
});

describe("a token id", () => {
  it.each(["t", "5b1e…", "a".repeat(128)])("may be %s", (text) => {
    expect(parseTokenId(text)).toBe(text);
  });

  it.each(["", " ", "a".repeat(129), "a\nb", "\ud800", 7, null])("cannot be %j", (value) => {
    expect(parseTokenId(value)).toBeUndefined();
  });
});
