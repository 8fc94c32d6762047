import { describe, expect, it } from "vitest";
import { parseStrictObject } from "../../src/domain/strict-json.ts";

const nested = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;

describe("parseStrictObject", () => {
  it("parses an object down to the last allowed level, and refuses a deeper one", () => {
    expect(parseStrictObject(nested(31), 32)).toHaveProperty("a");
    expect(parseStrictObject(nested(33), 32)).toBeUndefined();
  });

  it.each([
    ["a member named twice", '{"action":"subscribe","action":"unsubscribe"}'],
    ["a member named twice, once escaped", '{"action":1,"\\u0061ction":2}'],
    ["a member named twice further down", '{"a":[{"b":1,"b":1}]}'],
    ["`__proto__`", '{"__proto__":{"action":"subscribe"}}'],
    ["200,000 levels", nested(200_000)],
    ["an array", "[]"],
    ["no JSON", "{"],
  ])("refuses %s", (_title, text) => {
    expect(parseStrictObject(text, 32)).toBeUndefined();
  });
});
