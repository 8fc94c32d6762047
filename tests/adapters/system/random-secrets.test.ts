import { describe, expect, it } from "vitest";
import { RandomSecrets } from "../../../src/adapters/system/system.ts";
import { checkSigningKey } from "../../../src/domain/token/signing-key-policy.ts";

describe("RandomSecrets", () => {
  const secrets = new RandomSecrets();
  const texts = Array.from({ length: 1000 }, () => secrets.next().reveal());

  it("fault:K12 never repeats a secret, and each of its 64 characters is random", () => {
    expect(new Set(texts).size).toBe(texts.length);
    const values = Array.from({ length: 64 }, (_, place) => new Set(texts.map((text) => text[place])).size);
    expect(Math.min(...values)).toBeGreaterThan(32);
  });

  it("fault:K8 fault:K10 makes texts that are accepted as keys", () => {
    expect(texts.filter((text) => checkSigningKey(text).kind !== "usable")).toEqual([]);
  });
});
