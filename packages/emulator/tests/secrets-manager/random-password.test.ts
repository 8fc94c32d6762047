import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PasswordOptions, randomPassword } from "../../src/secrets-manager/random-password.ts";

const DEFAULTS: PasswordOptions = {
  length: 32,
  excludeCharacters: "",
  excludeLowercase: false,
  excludeNumbers: false,
  excludePunctuation: false,
  excludeUppercase: false,
  includeSpace: false,
  requireEachIncludedType: true,
};

const TYPES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[!-/:-@[-`{-~]/, / /];

describe("a random password", () => {
  it("has the length asked for, and of each included type a character, and no other one", () => {
    const options = fc.record({
      length: fc.integer({ min: 5, max: 200 }),
      excludeCharacters: fc.stringMatching(/^[a-eA-E0-3]{0,8}$/),
      excludeLowercase: fc.boolean(),
      excludeNumbers: fc.boolean(),
      excludePunctuation: fc.boolean(),
      excludeUppercase: fc.boolean(),
      includeSpace: fc.constant(true),
      requireEachIncludedType: fc.constant(true),
    });
    fc.assert(
      fc.property(options, (given) => {
        const password = randomPassword(given);
        const included = [
          !given.excludeLowercase,
          !given.excludeUppercase,
          !given.excludeNumbers,
          !given.excludePunctuation,
          true,
        ];
        expect(password).toHaveLength(given.length);
        expect(TYPES.map((type) => type.test(password))).toEqual(included);
        expect([...password].filter((character) => given.excludeCharacters.includes(character))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it("is another one each time", () => {
    expect(new Set(Array.from({ length: 50 }, () => randomPassword(DEFAULTS))).size).toBe(50);
  });

  it("may lack a type if none is required", () => {
    const options = { ...DEFAULTS, length: 1, requireEachIncludedType: false };
    expect(randomPassword(options)).toHaveLength(1);
    expect(() => randomPassword({ ...options, requireEachIncludedType: true })).toThrow("too short");
  });

  it("is refused if all characters are excluded", () => {
    const none = { excludeLowercase: true, excludeNumbers: true, excludePunctuation: true, excludeUppercase: true };
    expect(() => randomPassword({ ...DEFAULTS, ...none })).toThrow("all characters are excluded");
  });
});
