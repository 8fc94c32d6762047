import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/domain/secret.ts";

describe("Secret", () => {
  it("gives its text to a call of reveal", () => {
    expect(new Secret("planted").reveal()).toBe("planted");
  });

  it.each([
    ["a template", (secret: Secret) => `${secret}`],
    ["JSON", (secret: Secret) => JSON.stringify({ secret })],
    ["an inspection, hidden fields too", (secret: Secret) => inspect(secret, { showHidden: true, depth: 9 })],
    ["a copy", (secret: Secret) => JSON.stringify({ ...secret, ...structuredClone(secret) })],
    ["an error's text", (secret: Secret) => String(new Error(String(secret)))],
  ])("keeps it out of %s", (_title, print) => {
    expect(print(new Secret("planted"))).not.toContain("planted");
  });
});
