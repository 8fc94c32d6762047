import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyText } from "../../packages/emulator/tests/support/any-text.ts";
import { isOriginAllowed, parseOriginPolicy } from "../../src/domain/origin-policy.ts";

const POLICY = ["https://app.example.com"];

describe("parseOriginPolicy", () => {
  it.each([
    ["*", "any"],
    [" https://a.example, http://b.example:8080 ", ["https://a.example", "http://b.example:8080"]],
    ["http://[::1]:3000", ["http://[::1]:3000"]],
    ["capacitor://localhost", ["capacitor://localhost"]],
    ["ionic://localhost, file://", ["ionic://localhost", "file://"]],
    ["https://*.preview.example.com", [{ before: "https://", after: ".preview.example.com" }]],
    ["https://pr-*.example.com:8443", [{ before: "https://pr-", after: ".example.com:8443" }]],
    ["https://a.b-*-c.example.com", [{ before: "https://a.b-", after: "-c.example.com" }]],
  ])("reads %j", (text, policy) => {
    expect(parseOriginPolicy(text)).toStrictEqual(policy);
  });

  it.each([
    ["nothing", ""],
    ["an empty item", "https://a.example,"],
    ["any beside others", "*,https://a.example"],
    ["* before one label only", "https://*.example"],
    ["* as the whole host", "https://*"],
    ["* in the last label", "https://app.example.*"],
    ["* in the last label but one", "https://app.*.com"],
    ["two *", "https://*.*.example.com"],
    ["two * in one label", "https://a*b*.example.com"],
    ["* in the scheme", "*://app.example.com"],
    ["* in a part of the scheme", "http*://app.example.com"],
    ["* as the port", "https://app.example.com:*"],
    ["* in an IP address", "http://*.0.0.1"],
    ["* before an empty label", "https://*..example.com"],
    ["* and a port that browsers leave out", "https://*.app.example.com:443"],
    ["a file with a path", "file:///index.html"],
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

  const PREVIEWS = parseOriginPolicy("https://*.preview.example.com, https://pr-*.example.com:8443") ?? [];

  it.each([
    ["a label", "https://a.preview.example.com", true],
    ["a label of all characters", "https://pr-17_x.preview.example.com", true],
    ["a part of a label", "https://pr-17.example.com:8443", true],
    ["attack:F20 nothing for *", "https://.preview.example.com", false],
    ["attack:F20 nothing for * in a part", "https://pr-.example.com:8443", false],
    ["attack:F20 the label left out", "https://preview.example.com", false],
    ["attack:F20 two labels", "https://a.b.preview.example.com", false],
    ["attack:F20 two labels in a part", "https://pr-1.evil.example.com:8443", false],
    ["attack:F20 a dot before the rest", "https://a..preview.example.com", false],
    ["attack:F20 ours as a prefix", "https://a.preview.example.com.evil.example", false],
    ["attack:F20 ours as a user", "https://evil.example@a.preview.example.com", false],
    ["attack:F20 ours as a path", "https://evil.example/a.preview.example.com", false],
    ["attack:F20 ours as a port", "https://evil.example:1.preview.example.com", false],
    ["attack:F20 upper case", "https://A.preview.example.com", false],
    ["attack:F20 another letter", "https://ä.preview.example.com", false],
    ["attack:F20 an escape", "https://%61.preview.example.com", false],
    ["attack:F20 * itself", "https://*.preview.example.com", false],
    ["attack:F20 a line break", "https://a\n.preview.example.com", false],
    ["attack:F20 a line break behind", "https://a.preview.example.com\n", false],
    ["attack:F20 another port", "https://pr-17.example.com", false],
    ["attack:F20 another scheme", "http://a.preview.example.com", false],
  ])("with * in one label, %s: %s -> %s", (_title, origin, allowed) => {
    expect(isOriginAllowed([origin], PREVIEWS)).toBe(allowed);
  });

  it("attack:F20 with * in one label, refuses whatever has another character than a label's in its place", () => {
    fc.assert(
      fc.property(fc.oneof(anyText(20), fc.stringMatching(/^[a-z0-9._-]{0,20}$/)), (text) => {
        const isLabel = /^[a-z0-9_-]+$/.test(text) && !text.includes("\n");
        expect(isOriginAllowed([`https://${text}.preview.example.com`], PREVIEWS)).toBe(isLabel);
      }),
    );
  });

  it.each([
    ["capacitor://localhost", "capacitor://localhost", true],
    ["capacitor://localhost", "capacitor://localhost:8080", false],
    ["ionic://localhost", "ionic://localhost", true],
    ["file://", "file://", true],
    ["file://", "null", false],
    ["file://", "file:///", false],
  ])("a client that is no web page, with %s listed: %s -> %s", (listed, origin, allowed) => {
    expect(isOriginAllowed([origin], parseOriginPolicy(listed) ?? [])).toBe(allowed);
  });

  it("allows every page only for *", () => {
    expect(isOriginAllowed(["https://evil.example"], "any")).toBe(true);
    expect(isOriginAllowed(["https://evil.example"], [])).toBe(false);
  });
});
