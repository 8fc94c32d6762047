import { describe, expect, it } from "vitest";
import { issuerId, parseIssuerId } from "../../src/adapters/issuer-id.ts";

describe("the id of an issuer", () => {
  it("has 16 characters, whatever the length of iss", () => {
    for (const issuer of ["", "portcullis", `https://${"a".repeat(504)}`]) expect(issuerId(issuer)).toHaveLength(16);
  });

  it("differs for issuers that differ in one character", () => {
    const issuers = [
      "https://a.example.com",
      "https://a.example.com/",
      "https://A.example.com",
      "http://a.example.com",
    ];
    expect(new Set(issuers.map(issuerId)).size).toBe(4);
  });

  it("is read from a record as it was written, and nothing else is", () => {
    expect(parseIssuerId(issuerId("portcullis"))).toBe(issuerId("portcullis"));
    for (const value of ["", "short", "a".repeat(17), "!".repeat(16), 7, undefined]) {
      expect(parseIssuerId(value)).toBeUndefined();
    }
  });

  it("is the same in every version: records outlive a deployment", () => {
    expect(issuerId("portcullis")).toBe("dOGdzVzuz7nxV5_a");
  });
});
