import { describe, expect, it } from "vitest";
import { md5OfAttributes, parseMessageAttributes, selectAttributes } from "../../src/sqs/message-attributes.ts";

describe("message attributes", () => {
  it("have the digest that SQS computes", () => {
    const attributes = parseMessageAttributes({ timestamp: { DataType: "Number", StringValue: "1493147359900" } });
    expect(md5OfAttributes(attributes)).toBe("235c5c510d26fb653d073faed50ae77c");
  });

  it("have one digest in any order, and none if there are no attributes", () => {
    const one = { DataType: "String", StringValue: "x" };
    const other = { DataType: "Binary", BinaryValue: "AAEC" };
    const digest = md5OfAttributes(parseMessageAttributes({ one, other }));
    expect(md5OfAttributes(parseMessageAttributes({ other, one }))).toBe(digest);
    expect(md5OfAttributes(new Map())).toBeUndefined();
  });

  it.each<readonly [wanted: string, names: readonly string[]]>([
    ["All", ["app.a", "app.b", "other"]],
    [".*", ["app.a", "app.b", "other"]],
    ["app.*", ["app.a", "app.b"]],
    ["other", ["other"]],
    ["nothing", []],
  ])("are selected by %s", (wanted, names) => {
    const value = { DataType: "String", StringValue: "x" };
    const attributes = parseMessageAttributes({ "app.a": value, "app.b": value, other: value });
    expect([...selectAttributes(attributes, [wanted]).keys()]).toEqual(names);
  });

  const text = { DataType: "String", StringValue: "x" };
  it.each<readonly [about: string, given: Record<string, unknown>]>([
    ["eleven of them", Object.fromEntries(Array.from({ length: 11 }, (_, number) => [`a${number}`, text]))],
    ["a reserved name", { "AWS.x": text }],
    ["a name with a space", { "a b": text }],
    ["a name ending in a period", { "a.": text }],
    ["no value", { a: { DataType: "String" } }],
    ["an empty value", { a: { DataType: "String", StringValue: "" } }],
    ["a character that no message may have", { a: { DataType: "String", StringValue: "a\ufffe" } }],
    ["text under a binary type", { a: { DataType: "Binary", StringValue: "x" } }],
    ["an unknown type", { a: { DataType: "Date", StringValue: "x" } }],
    ["no object", { a: "x" }],
  ])("are refused: %s", (_about, given) => {
    expect(() => parseMessageAttributes(given)).toThrow(expect.objectContaining({ code: "InvalidParameterValue" }));
  });
});
