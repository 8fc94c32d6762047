import { describe, expect, it } from "vitest";
import { isOriginAllowed, parseOriginPolicy } from "../../src/domain/origin-policy.ts";

const POLICY = ["https://app.example.com"];

describe("parseOriginPolicy", () => {
  it.each([
    ["*", "any"],
    [" https://a.example, http://b.example:8080 ", ["https://a.example", "http://b.example:8080"]],
    ["http://[::1]:3000", ["http://[::1]:3000"]],
    ["capacitor://localhost", ["capacitor://localhost"]],
  ])("reads %j", (text, policy) => {
    expect(parseOriginPolicy(text)).toStrictEqual(policy);
  });

  it.each([
    ["nothing", ""],
    ["an empty item", "https://a.example,"],
    ["any beside others", "*,https://a.example"],
    ["a wildcard", "https://*.example"],
    ["a host without a scheme", "a.example"],
    ["`null`, which any sandboxed page sends", "null"],
    ["a slash at the end", "https://a.example/"],
    ["upper case", "https://A.example"],
    ["a port that browsers leave out", "https://a.example:443"],
    ["the other one", "http://a.example:80"],
    ["parts divided by blanks", "https://a.example https://b.example"],
  ])("fault:K13 attack:F20 refuses an origin that no page can have: %s", (_title, text) => {
    expect(parseOriginPolicy(text)).toBeUndefined();
  });
});

describe("isOriginAllowed", () => {
  it.each([
    ["the listed origin", ["https://app.example.com"], true],
    ["attack:F20 no Origin: no browser", [], true],
    ["attack:F20 `null`", ["null"], false],
    ["attack:F20 another site", ["https://evil.example"], false],
    ["attack:F20 ours as a prefix", ["https://app.example.com.evil.example"], false],
    ["attack:F20 a subdomain", ["https://x.app.example.com"], false],
    ["attack:F20 a port", ["https://app.example.com:8443"], false],
    ["attack:F20 another case", ["https://APP.example.com"], false],
    ["attack:F20 without TLS", ["http://app.example.com"], false],
    ["attack:F20 a path", ["https://app.example.com/"], false],
    ["attack:F20 two headers, one of them ours", ["https://evil.example", "https://app.example.com"], false],
    ["attack:F20 an empty header", [""], false],
  ])("%s: %s -> %s", (_title, origins, allowed) => {
    expect(isOriginAllowed(origins, POLICY)).toBe(allowed);
  });

  it("allows every page only for *", () => {
    expect(isOriginAllowed(["https://evil.example"], "any")).toBe(true);
    expect(isOriginAllowed(["https://evil.example"], [])).toBe(false);
  });
});
