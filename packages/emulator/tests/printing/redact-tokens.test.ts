import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactTokens } from "../../src/printing/redact-tokens.ts";
import { leaksIn, plantedTexts } from "../support/planted-texts.ts";

const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJleHAiOjE3MDAwMDAwMDB9.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

describe("redactTokens", () => {
  it.each([
    [`{"action":"authenticate","token":"${JWT}"}`, '{"action":"authenticate","token":"…"}'],
    [`{"action":"authenticate","t":"${JWT}","id":7}`, '{"action":"authenticate","t":"…","id":7}'],
    ['{ "token" : "short", "other": "kept" }', '{ "token" : "…", "other": "kept" }'],
    ['{"clientSecret":"a \\" b","n":1}', '{"clientSecret":"…","n":1}'],
    ['{"password":123456}', '{"password":"…"}'],
    ['{"Token":""}', '{"Token":"…"}'],
    ['{"detail":"{\\"token\\":\\"short\\",\\"id\\":\\"x\\"}"}', '{"detail":"{\\"token\\":\\"…\\",\\"id\\":\\"x\\"}"}'],
    ['{"token":"cut at its e', '{"token":"…"'],
    ["wss://host/dev?access_token=short&x=1", "wss://host/dev?access_token=…&x=1"],
    ["Authorization: Bearer abcdefgh123", "Authorization: …"],
    ['["Bearer abcdefgh123"]', '["Bearer …"]'],
    [`a ${JWT} b`, "a … b"],
    [`x${JWT.replaceAll(".", "%2E")}x`, "…"],
    [JWT.split(".")[2] as string, "…"],
    ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "…"],
    [`{"t":"${JWT.replace("eyJ", "\\u0065yJ").replaceAll(".", "\\u002e")}"}`, '{"t":"…"}'],
    ['{"tok\\u0065n":"short"}', '{"token":"…"}'],
  ])("hides what may be a credential: %j", (text, expected) => {
    expect(redactTokens(text)).toBe(expected);
  });

  it.each([
    '{"action":"subscribe","entityId":"order-17","requestId":"3f1e6b1e-0d0a-4f0e-9a63-0c4b0f7a7d11"}',
    '{"type":"subscribed","connectionId":"gbgHYy9RVQAYKEj2kA==","text":"gr\\u00fc\\u00dfe \\u0041"}',
    '{"url":"https://shop.example.com/orders/17/items/details-of-the-order"}',
    "arn:aws:events:us-east-1:123456789012:rule/entity-updates",
    "eyes.and.ears",
    "",
  ])("leaves the rest as it is: %j", (text) => {
    expect(redactTokens(text)).toBe(text);
  });

  it("shows no segment of any signed token, wherever it stands", () => {
    const base64url = (minLength: number) =>
      fc.uint8Array({ minLength, maxLength: 90 }).map((bytes) => Buffer.from(bytes).toString("base64url"));
    const claims = fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 30 }), { maxKeys: 5 });
    const part = claims.map((one) => Buffer.from(JSON.stringify(one)).toString("base64url"));
    const header = fc
      .dictionary(fc.string(), fc.string(), { minKeys: 1 })
      .map((one) => Buffer.from(JSON.stringify({ alg: "HS256", ...one })).toString("base64url"));
    const token = fc.tuple(header, fc.oneof(part, base64url(0)), base64url(32)).map((parts) => parts.join("."));
    const around = fc.constantFrom<(token: string) => string>(
      (one) => one,
      (one) => JSON.stringify({ action: one }),
      (one) => JSON.stringify({ [one]: 1 }),
      (one) => JSON.stringify({ detail: JSON.stringify({ deep: [one, one] }) }),
      (one) => `/dev?a=${encodeURIComponent(one)}&b=1`,
      (one) => `"${one}`,
      (one) => `{'t':'${one}'}\n<${one}>`,
    );
    fc.assert(
      fc.property(token, around, fc.string({ maxLength: 20 }), (secret, within, text) => {
        const redacted = redactTokens(`${text} ${within(secret)}, ${text}`);
        expect(leaksIn(redacted, plantedTexts(secret, secret))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it("shows no value of a member with a telling name, at any depth of JSON in JSON", () => {
    const name = fc.constantFrom("token", "access_token", "idToken", "PASSWORD", "client-secret", "x-api-key", "jwt");
    const value = fc.string({ minLength: 3, maxLength: 30 }).map((text) => `§${text}§`);
    fc.assert(
      fc.property(name, value, fc.nat({ max: 2 }), (member, secret, depth) => {
        let text = JSON.stringify({ before: 1, [member]: secret, after: "kept" });
        for (let level = 0; level < depth; level += 1) text = JSON.stringify({ detail: text });
        const redacted = redactTokens(text);
        expect(redacted).not.toContain("§");
        expect(redacted).toContain("kept");
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["quotes", '"'],
    ["backslashes", "\\"],
    ["names", "token"],
    ["open members", '"token":"'],
    ["escapes", "\\u0041"],
    ["segments", "eyJhbGci."],
    ["percent signs", "%2e"],
    ["letters", "a"],
    ["first segments", "eyJ"],
    ["short segments", "eyJhbGciOiJIUzI1."],
    ["parameters", "token=a&"],
    ["schemes", "Bearer "],
    ["nested quotes", '\\\\"'],
    ["blanks after a name", '"token"                    '],
  ])("ends in time over 128 KB of %s", (_, piece) => {
    const text = piece.repeat(Math.ceil((128 * 1024) / piece.length));
    // A search that takes quadratic time runs into the time limit of the test.
    expect(redactTokens(text)).toBeTypeOf("string");
  });

  it("ends in time over any repetition", () => {
    const part = fc.constantFrom(
      "token",
      '"',
      "\\",
      ":",
      "eyJ",
      ".",
      "%2e",
      "a",
      " ",
      "=",
      "Bearer",
      "u0041",
      "-",
      "1",
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const piece = parts.join("");
        expect(redactTokens(piece.repeat(Math.ceil((64 * 1024) / piece.length)))).toBeTypeOf("string");
      }),
      { numRuns: 30 },
    );
  });
});
