import { describe, expect, it } from "vitest";
import type { SigningSecrets } from "../../src/application/ports/signing-secrets.ts";

/** `make` sets up secrets of which `text` is the current one, freshly for each test; nothing rotates meanwhile. */
export function signingSecretsContract(name: string, make: (text: string) => Promise<SigningSecrets>): void {
  const text = "contract-secret-of-more-than-32-bytes";

  describe(`${name} keeps the contract of SigningSecrets`, () => {
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
}
