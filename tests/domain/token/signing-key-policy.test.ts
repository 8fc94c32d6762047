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

  it("never refuses a random secret in a usual form", () => {
    const printable = (length: number) =>
      Array.from(randomBytes(length), (byte) => String.fromCharCode(33 + (byte % 94)));
    const forms: readonly (() => string)[] = [
      () => randomBytes(48).toString("base64"),
      () => randomBytes(32).toString("base64"),
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
});
