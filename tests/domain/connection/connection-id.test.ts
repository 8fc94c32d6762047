import { describe, expect, it } from "vitest";
import { parseConnectionId } from "../../../src/domain/connection/connection.ts";

describe("parseConnectionId", () => {
  it.each(["L0SM9cOFvHcCIhw=", "a", "_-9==", "a".repeat(126)])("takes %s", (text) => {
    expect(parseConnectionId(text)).toBe(text);
  });

  it.each([
    ["nothing", undefined],
    ["a number", 1],
    ["an array", ["L0SM9cOFvHcCIhw="]],
    ["empty text", ""],
    ["padding alone", "="],
    ["three of padding", "a==="],
    ["padding inside", "a=b"],
    ["a slash", "../a"],
    ["an escaped slash", "a%2Fb"],
    ["a key's separator", "a#b"],
    ["a line break behind", "a\n"],
    ["127 characters", "a".repeat(127)],
  ])("attack:E12 refuses %s", (_row, value) => {
    expect(parseConnectionId(value)).toBeUndefined();
  });
});
