import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../../packages/emulator/tests/support/any-text.ts";
import { FixedSigningSecrets } from "../../../src/adapters/in-memory/fixed-signing-secrets.ts";
import { Secret } from "../../../src/domain/secret.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import { encodePart, forgeJws } from "../../support/forged-jws.ts";
import { goodClaims, SECRET_TEXT } from "../../support/good-token.ts";
import { verifierOver } from "../../support/one-issuer.ts";

const verifier = verifierOver(new FixedSigningSecrets(new Secret(SECRET_TEXT)));

const HEADERS = [{ alg: "HS256", typ: "JWT" }, { alg: "HS256" }, { alg: "HS256", typ: "JWT", kid: "2026-01" }];

/** Tokens of different lengths, so that every number of spare bits occurs. */
const TOKENS = HEADERS.map((header, serial) =>
  forgeJws({ header, payload: { ...goodClaims(1_800_000_000), serial: "x".repeat(serial) }, key: SECRET_TEXT }),
);

async function acceptedOf(forgeries: readonly string[]): Promise<readonly string[]> {
  const accepted: string[] = [];
  for (const forgery of forgeries) {
    const { kind } = await verifier.verify(forgery as UnverifiedToken);
    if (kind === "verified") accepted.push(forgery);
  }
  return accepted;
}

/** The token with each bit of each of its decoded bytes flipped in turn. */
function bitFlips(token: string): readonly string[] {
  const segments = token.split(".").map((segment) => Buffer.from(segment, "base64url"));
  return segments.flatMap((bytes, place) =>
    Array.from({ length: bytes.length * 8 }, (_, bit) => {
      const flipped = Buffer.from(bytes);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return segments.map((segment, index) => encodePart(index === place ? flipped : segment)).join(".");
    }),
  );
}

/** The token with each character replaced by others that decode to nearly or exactly the same. */
function exchanges(token: string): readonly string[] {
  const others = [..."AQgw-_+/=. \n\0é"];
  return [...token].flatMap((character, place) =>
    others
      .filter((other) => other !== character)
      .map((other) => token.slice(0, place) + other + token.slice(place + 1)),
  );
}

/** The token with each character removed in turn, and with one more at each place. */
function lengthChanges(token: string): readonly string[] {
  return [...token].flatMap((_, place) => [
    token.slice(0, place) + token.slice(place + 1),
    `${token.slice(0, place)}A${token.slice(place)}`,
  ]);
}

describe("a token that was changed", () => {
  it("is verified before the change (positive control)", async () => {
    expect(await acceptedOf(TOKENS)).toStrictEqual(TOKENS);
  });

  it.each([
    ["attack:A10 in any one bit", bitFlips, 6000],
    ["attack:A8 attack:A9 in any one character", exchanges, 15_000],
    ["attack:A10 in length, anywhere", lengthChanges, 2000],
  ])("%s is never verified", async (_title, forge, expected) => {
    const forgeries = TOKENS.flatMap(forge);

    expect(forgeries.length).toBeGreaterThanOrEqual(expected);
    expect(await acceptedOf(forgeries)).toStrictEqual([]);
  });

  it("in several random places, or with parts of other tokens, is never verified", async () => {
    const token = fc.constantFrom(...TOKENS);
    const edit = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.oneof(anyText(3), token, fc.constantFrom(".", "==", "e30")));
    const segment = fc.tuple(token, fc.nat({ max: 2 })).map(([text, index]) => text.split(".")[index]);
    const edited = fc.tuple(token, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
      edits.reduce((before, [at, removed, added]) => {
        const place = at % (before.length + 1);
        return before.slice(0, place) + added + before.slice(place + removed);
      }, text),
    );
    const spliced = fc.array(segment, { minLength: 2, maxLength: 4 }).map((segments) => segments.join("."));

    await fc.assert(
      fc.asyncProperty(fc.oneof(edited, spliced, anyText(200)), async (forgery) => {
        fc.pre(!TOKENS.includes(forgery));

        expect(await acceptedOf([forgery])).toStrictEqual([]);
      }),
      { numRuns: 5000 },
    );
  });
});
