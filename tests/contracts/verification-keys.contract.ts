import type { CryptoKey } from "jose";
import { expect } from "vitest";
import type { VerificationKeys } from "../../src/application/ports/tokens.ts";
import type { TokenHeader } from "../../src/domain/token/header.ts";
import { type Suite, VITEST } from "./suite.ts";

type Keys = VerificationKeys<CryptoKey>;

/** Keys of an issuer that has one for the header, and others. */
export type VerificationKeysSubject = {
  readonly make: () => Promise<{
    readonly keys: Keys;
    readonly header: TokenHeader;
    /** How often the source of the keys was asked. */
    readonly asked: () => number;
  }>;
  /** Keys whose source is down and was never read; undefined if there is no source. */
  readonly down?: () => Keys;
};

const HASHES: Readonly<Record<string, string>> = { HS256: "SHA-256", HS512: "SHA-512" };
const CURVES: Readonly<Record<string, string>> = { ES256: "P-256", ES384: "P-384" };

export async function candidatesOf(keys: Keys, header: TokenHeader): Promise<readonly CryptoKey[]> {
  const all: CryptoKey[] = [];
  for await (const key of keys.candidates(header)) all.push(key);
  return all;
}

/** The promises of the port's comment for every implementation. */
export function describeVerificationKeys({ make, down }: VerificationKeysSubject, suite: Suite = VITEST): void {
  const { describe, it } = suite;

  describe("verification keys", () => {
    it("are those of the header's algorithm", async () => {
      const { keys, header } = await make();
      const { name } = header.algorithm;

      const all = await candidatesOf(keys, header);

      expect(all.length).toBeGreaterThan(0);
      for (const { algorithm, usages } of all) {
        const { namedCurve, hash } = algorithm as { namedCurve?: string; hash?: { name: string } };
        expect([namedCurve ?? hash?.name, usages]).toEqual([CURVES[name] ?? HASHES[name], ["verify"]]);
      }
    });

    it("come once each", async () => {
      const { keys, header } = await make();

      const all = await candidatesOf(keys, header);

      expect(new Set(all).size).toBe(all.length);
      expect(all).toHaveLength(1);
    });

    it("are asked for anew only after the known ones: the first key needs no further request", async () => {
      const { keys, header, asked } = await make();
      await candidatesOf(keys, header);
      const before = asked();

      for await (const _first of keys.candidates(header)) break;

      expect(asked()).toBe(before);
    });

    if (down !== undefined) {
      it("fault:L1 are a fault if they cannot be read: the token may be good", async () => {
        const { header } = await make();

        await expect(candidatesOf(down(), header)).rejects.toMatchObject({ name: "DependencyUnavailableError" });
      });
    }
  });
}
