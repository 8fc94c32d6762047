import { expect, it } from "vitest";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import {
  type GrantsId,
  type IssuerId,
  isSameToken,
  type TokenFacts,
  type TokenId,
} from "../../../src/domain/token/token-facts.ts";

const TOKEN: TokenFacts = {
  issuer: "issuer" as IssuerId,
  expiresAt: 5000 as EpochSeconds,
  issuedAt: 1000 as EpochSeconds,
  tokenId: "t-1" as TokenId,
  grants: "g-1" as GrantsId,
};

const { issuedAt: _, ...timeless } = TOKEN;
const { tokenId: __, ...nameless } = TOKEN;
const { grants: ___, ...grantless } = TOKEN;

it("a token is the same if all its facts are", () => {
  expect(isSameToken(TOKEN, { ...TOKEN })).toBe(true);
  expect(isSameToken(timeless, { ...timeless })).toBe(true);
  expect(isSameToken(nameless, { ...nameless })).toBe(true);
  expect(isSameToken(grantless, { ...grantless })).toBe(true);
});

it.each<readonly [fact: string, other: TokenFacts]>([
  ["issuer", { ...TOKEN, issuer: "other" as IssuerId }],
  ["end", { ...TOKEN, expiresAt: 5001 as EpochSeconds }],
  ["time of issue", { ...TOKEN, issuedAt: 1001 as EpochSeconds }],
  ["time of issue left out", timeless],
  ["id", { ...TOKEN, tokenId: "t-2" as TokenId }],
  ["id left out", nameless],
  ["grants", { ...TOKEN, grants: "g-2" as GrantsId }],
  ["grants left out", grantless],
])("a token is another with another %s", (_fact, other) => {
  expect([isSameToken(TOKEN, other), isSameToken(other, TOKEN)]).toEqual([false, false]);
});
