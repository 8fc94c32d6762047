import { describe, expect, it } from "vitest";
import { isOriginAllowed } from "../../src/domain/origin-policy.ts";

const POLICY = ["https://app.example.com"];

describe("isOriginAllowed", () => {
  it.each([
    ["the listed origin", ["https://app.example.com"], true],
    ["F20 no Origin: no browser", [], true],
    ["F20 `null`", ["null"], false],
    ["F20 another site", ["https://evil.example"], false],
    ["F20 ours as a prefix", ["https://app.example.com.evil.example"], false],
    ["F20 a subdomain", ["https://x.app.example.com"], false],
    ["F20 a port", ["https://app.example.com:8443"], false],
    ["F20 another case", ["https://APP.example.com"], false],
    ["F20 without TLS", ["http://app.example.com"], false],
    ["F20 a path", ["https://app.example.com/"], false],
    ["F20 two headers, one of them ours", ["https://evil.example", "https://app.example.com"], false],
    ["F20 an empty header", [""], false],
  ])("%s: %s -> %s", (_title, origins, allowed) => {
    expect(isOriginAllowed(origins, POLICY)).toBe(allowed);
  });

  it("lets every page in only where that is spelled out", () => {
    expect(isOriginAllowed(["https://evil.example"], "any")).toBe(true);
    expect(isOriginAllowed(["https://evil.example"], [])).toBe(false);
  });
});
