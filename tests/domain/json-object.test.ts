import { describe, expect, it } from "vitest";
import { parseJsonObject } from "../../src/domain/plain-object.ts";

describe("parseJsonObject", () => {
  it("reads an object, and takes the last of several members with one name", () => {
    expect(parseJsonObject('{"a":1,"a":2}')).toEqual({ a: 2 });
  });

  it.each(["", "{", "7", "null", "[]", '"text"', "[".repeat(200_000)])("finds no object in %j", (text) => {
    expect(parseJsonObject(text)).toBeUndefined();
  });
});
