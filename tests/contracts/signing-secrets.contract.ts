import { expect } from "vitest";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type SigningSecretsSubject = {
  /** Sets up new secrets for each test, with `text` as the current one and without rotation. */
  readonly make: (text: string) => Promise<SigningSecrets>;
  /** Not asked before. */
  readonly whenDown: WhenDown<SigningSecrets>;
};

/** The promises of the port's comment for every source; its promises about time are in the cache's tests. */
export function describeSigningSecrets({ make, whenDown }: SigningSecretsSubject, suite: Suite = VITEST): void {
  const { describe, it } = suite;
  const text = "contract-secret-of-more-than-32-bytes";

  describe("signing secrets", () => {
    it("answers with the current secret first", async () => {
      const secrets = await make(text);

      const [current] = await secrets.read();

      expect(current.reveal()).toBe(text);
    });

    it("answers the first reread as it answers a read", async () => {
      const secrets = await make(text);

      const [current] = await secrets.reread();

      expect(current.reveal()).toBe(text);
    });

    it("answers an equal secret with the same object, however it is asked", async () => {
      const secrets = await make(text);

      const answers = [await secrets.read(), await secrets.reread(), await secrets.read(), await secrets.reread()];

      expect(new Set(answers.map(([current]) => current)).size).toBe(1);
    });

    it("answers concurrent calls alike", async () => {
      const secrets = await make(text);

      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, call) => (call % 2 === 0 ? secrets.read() : secrets.reread())),
      );

      expect(new Set(answers.map(([current]) => current)).size).toBe(1);
    });

    it("keeps secrets out of whatever is printed", async () => {
      const secrets = await make(text);

      const printed = JSON.stringify([await secrets.read(), secrets]);

      expect(printed).not.toContain(text);
    });
  });
  describeOutages(suite, whenDown, "SIGNING_SECRETS", {
    read: (secrets) => secrets.read(),
    reread: (secrets) => secrets.reread(),
  });
}
