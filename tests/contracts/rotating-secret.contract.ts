import { describe, expect, it } from "vitest";
import type { RotatingSecret } from "../../src/application/ports/rotating-secret.ts";
import { Secret } from "../../src/domain/secret.ts";

type Rotating = { readonly secret: RotatingSecret; readonly current: string; readonly pending: string };

/** `make` sets up a secret with a current version and an empty pending one, freshly for each test. */
export function rotatingSecretContract(name: string, make: () => Promise<Rotating>): void {
  async function textOf(secret: RotatingSecret, version: string): Promise<string | undefined> {
    return (await secret.read(version))?.reveal();
  }

  describe(`${name} keeps the contract of RotatingSecret`, () => {
    it("tells the stages of versions apart, also of one that does not exist", async () => {
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
}
