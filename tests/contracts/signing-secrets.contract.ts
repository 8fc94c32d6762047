import { expect } from "vitest";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type SigningSecretsSubject = {
  /** Sets up new secrets for each test, with `text` as the current one and without rotation. */
  readonly make: (text: string) => Promise<SigningSecrets>;
  /** A source that was not read before. */
  readonly whenDown: WhenDown<SigningSecrets>;
};

/** The promises of the port's comment for every source; its promises about time are in the cache's tests. */
export function describeSigningSecrets({ make, whenDown }: SigningSecretsSubject, suite: Suite = VITEST): void {
  const { describe, it } = suite;
  const text = "contract-secret-of-more-than-32-bytes";

  describe("signing secrets", () => {
    it("returns the current secret first", async () => {
      const secrets = await make(text);

      const [current] = await secrets.read();

      expect(current.reveal()).toBe(text);
    });

    it("returns from the first reread the secrets of a read", async () => {
      const secrets = await make(text);

      const [current] = await secrets.reread();

      expect(current.reveal()).toBe(text);
    });

    it("returns from a read what priming returned", async () => {
      const secrets = await make(text);

      const [primed] = await secrets.prime();
      const [current] = await secrets.read();

      expect(primed.reveal()).toBe(text);
      expect(current).toBe(primed);
    });

    it("returns the same object for an equal secret, from read and reread", async () => {
      const secrets = await make(text);

      const answers = [await secrets.read(), await secrets.reread(), await secrets.read(), await secrets.reread()];

      expect(new Set(answers.map(([current]) => current)).size).toBe(1);
    });

    it("returns the same secrets to concurrent calls", async () => {
      const secrets = await make(text);

      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, call) => (call % 2 === 0 ? secrets.read() : secrets.reread())),
      );

      expect(new Set(answers.map(([current]) => current)).size).toBe(1);
    });

    it("keeps secrets out of all printed text", async () => {
      const secrets = await make(text);

      const printed = JSON.stringify([await secrets.read(), secrets]);

      expect(printed).not.toContain(text);
    });
  });
  describeOutages(suite, whenDown, "SIGNING_SECRETS", {
    prime: (secrets) => secrets.prime(),
    read: (secrets) => secrets.read(),
    reread: (secrets) => secrets.reread(),
  });
}
