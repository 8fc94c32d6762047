import { expect } from "vitest";
import type { RotatingSecret } from "../../src/application/ports/signing-secrets.ts";
import { Secret } from "../../src/domain/secret.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { type Suite, VITEST } from "./suite.ts";

export type RotatingSecretSubject = {
  /** Sets up a secret with a current version and an empty pending one, freshly for each test. */
  readonly make: () => Promise<{ readonly secret: RotatingSecret; readonly current: string; readonly pending: string }>;
  readonly whenDown: WhenDown<RotatingSecret>;
};

/** Every sentence of the port's comment. */
export function describeRotatingSecret({ make, whenDown }: RotatingSecretSubject, suite: Suite = VITEST): void {
  const { describe, it } = suite;

  async function textOf(secret: RotatingSecret, version: string): Promise<string | undefined> {
    return (await secret.read(version))?.reveal();
  }

  describe("a rotating secret", () => {
    it("knows the stage of each version, also of one that does not exist", async () => {
      const { secret, current, pending } = await make();

      const stages = await Promise.all(
        [current, pending, "no-such-version".padEnd(32, "0")].map((v) => secret.stageOf(v)),
      );

      expect(stages).toEqual(["current", "pending", "other"]);
    });

    it("has no value for an empty version", async () => {
      const { secret, pending } = await make();

      expect(await secret.read(pending)).toBeUndefined();
    });

    it("fills an empty version and leaves its stage", async () => {
      const { secret, pending } = await make();

      await secret.fill(pending, new Secret("new"));

      expect(await textOf(secret, pending)).toBe("new");
      expect(await secret.stageOf(pending)).toBe("pending");
    });

    it("keeps the value of a version that has one, however often it is filled", async () => {
      const { secret, pending } = await make();

      for (const text of ["first", "first", "second"]) await secret.fill(pending, new Secret(text));

      expect(await textOf(secret, pending)).toBe("first");
    });

    it("promotes a version, once or more often", async () => {
      const { secret, current, pending } = await make();
      await secret.fill(pending, new Secret("new"));

      await secret.promote(pending);
      await secret.promote(pending);

      const stages = await Promise.all([current, pending].map((version) => secret.stageOf(version)));
      expect(stages).toEqual(["other", "current"]);
    });
  });
  describeOutages(suite, whenDown, "SIGNING_SECRETS", {
    stageOf: (secret) => secret.stageOf("v"),
    read: (secret) => secret.read("v"),
    fill: (secret) => secret.fill("v", new Secret("new")),
    promote: (secret) => secret.promote("v"),
  });
}
