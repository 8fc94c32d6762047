import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSigningKey, type SigningKeyFault } from "../../../src/domain/token/signing-key-policy.ts";
import { publicTexts } from "../../support/public-keys.ts";

const GOOD = "0123456789abcdefghijklmnopqrstuv";

function faultOf(text: string): SigningKeyFault | undefined {
  const check = checkSigningKey(text);
  return check.kind === "refused" ? check.reason : undefined;
}

describe("checkSigningKey", () => {
  it.each([
    ["fault:K10 empty", "", "KEY_TOO_SHORT"],
    ["fault:K10 one character", "a", "KEY_TOO_SHORT"],
    ["fault:K10 31 characters", GOOD.slice(1), "KEY_TOO_SHORT"],
    ["fault:K10 32 characters", GOOD, undefined],
    ["fault:K10 32 NULs, which are the empty key", "\0".repeat(32), "KEY_NOT_PRINTABLE"],
    ["fault:K10 a NUL at the end", `${GOOD}\0`, "KEY_NOT_PRINTABLE"],
    ["fault:K10 lone surrogates, which become U+FFFD", "\ud800".repeat(32), "KEY_NOT_PRINTABLE"],
    ["fault:K10 a letter beyond ASCII", `${GOOD}é`, "KEY_NOT_PRINTABLE"],
    ["fault:K9 a blank at the end", `${GOOD} `, "KEY_NOT_PRINTABLE"],
    ["fault:K9 a line break at the end", `${GOOD}\n`, "KEY_NOT_PRINTABLE"],
    ["fault:K9 a blank within", `${GOOD} ${GOOD}`, "KEY_NOT_PRINTABLE"],
    ["fault:K12 7 different characters", `${"abcdefg".repeat(9)}ggaacc`, "KEY_TOO_UNIFORM"],
    ["fault:K12 8 different characters", `${"abcdefgh".repeat(4)}hgfedcba${"abcdefgh"}`, undefined],
    ["fault:K12 a text of 8 repeated", "abcdefgh".repeat(4), "KEY_TOO_UNIFORM"],
    ["fault:K12 a text of 16 repeated", GOOD.slice(0, 16).repeat(2), "KEY_TOO_UNIFORM"],
    [
      "fault:K12 a text of 15 repeated, the last time cut short",
      GOOD.slice(0, 15).repeat(3).slice(0, 40),
      "KEY_TOO_UNIFORM",
    ],
    ["fault:K12 a text of 17 repeated", GOOD.slice(0, 17).repeat(2), undefined],
  ])("%s", (_row, text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it("fault:K8 refuses a public text, in every form and spelling", () => {
    const missed = publicTexts.filter(([, text]) => faultOf(text) !== "KEY_IS_PUBLIC");

    expect(publicTexts.length).toBeGreaterThan(250);
    expect(missed.map(([title]) => title)).toEqual([]);
  });

  it("fault:K8 refuses a public text between blanks too", () => {
    const blanks = fc.string({ unit: fc.constantFrom(" ", "\n", "\r", "\t", "\ufeff"), maxLength: 3 });

    fc.assert(
      fc.property(fc.constantFrom(...publicTexts), blanks, blanks, ([, text], before, behind) => {
        expect(faultOf(before + text + behind)).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["two hyphens before BEGIN", "the--BEGIN-of-a-long-walk-0123456789"],
    ["a text before the name of a key's algorithm", "0123456789abcdefghijklmnopqrstuvssh-rsa"],
    ["a text before an address", "0123456789abcdefghijklmnop/https://issuer.example/jwks.json"],
    ["a text before a token", "0123456789abcdefghijkl|eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln"],
    ["a text behind a token", "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2ln|0123456789abcdefghijkl"],
  ])("takes a secret that only resembles a public text: %s", (_row, text) => {
    expect(checkSigningKey(text)).toEqual({ kind: "usable" });
  });

  it.each([
    ["31 characters", 31, "KEY_TOO_SHORT"],
    ["32 characters", 32, "KEY_IS_PUBLIC"],
  ])("fault:K8 names an address of %s by what is wrong first: it is %s", (_row, length, fault) => {
    expect(faultOf("https://issuer.example/jwks.json".padEnd(length, "/").slice(0, length))).toBe(fault);
  });

  it("never refuses a random secret in a usual form", () => {
    const printable = (length: number) =>
      Array.from(randomBytes(length), (byte) => String.fromCharCode(33 + (byte % 94)));
    const forms: readonly (() => string)[] = [
      () => randomBytes(48).toString("base64"),
      () => randomBytes(32).toString("base64"),
      () => randomBytes(512).toString("base64"),
      () => randomBytes(32).toString("base64url"),
      () => randomBytes(32).toString("hex"),
      () => randomUUID() + randomUUID(),
      () => printable(32).join(""),
    ];
    const refused = forms.flatMap((form) => Array.from({ length: 2000 }, form).filter(faultOf));

    expect(refused).toEqual([]);
  });

  it("never mistakes random bytes that begin like DER for a key", () => {
    const secrets = Array.from({ length: 2000 }, () => {
      const bytes = randomBytes(48);
      bytes.set([0x30, 46]);
      return bytes.toString("base64");
    });

    // One in 85 begins with a tag that is looked for; only with lengths that fill the sequence does it count.
    expect(secrets.filter((secret) => faultOf(secret) === "KEY_IS_PUBLIC").length).toBeLessThan(5);
  });

  // X.690 8.1.3.6 and 10.1: DER states each length, and keys are shorter than 4 GB.
  it.each<readonly [row: string, head: readonly number[], random: number]>([
    ["a sequence without a stated length", [0x30, 0x80, 0x02, 0x7e], 126],
    ["an integer without a stated length", [0x30, 0x22, 0x02, 0x80, 0x02, 0x1e], 30],
    ["a length in five bytes", [0x30, 0x85, 0, 0, 0, 0, 0x24, 0x02, 0x22], 34],
  ])("mistakes no bytes for a key that have %s", (_row, head, random) => {
    const secret = Buffer.concat([Buffer.from(head), randomBytes(random)]).toString("base64");

    expect(faultOf(secret)).toBeUndefined();
  });
});
