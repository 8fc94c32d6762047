import { Secret } from "../../../src/domain/secret.ts";
import { InMemoryRotatingSecret } from "../../fakes/in-memory-rotating-secret.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { RotatingSecretSubject } from "../rotating-secret.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";

class KnowingItsOwn extends InMemoryRotatingSecret {
  override async stageOf(version: string) {
    const stage = await super.stageOf(version);
    if (stage === "other" && version !== this.previous) throw new Error("no such version");
    return stage;
  }
}

class EmptyAsText extends InMemoryRotatingSecret {
  override async read(version: string) {
    return (await super.read(version)) ?? new Secret("");
  }
}

class PromotingWhatItFills extends InMemoryRotatingSecret {
  override async fill(version: string, secret: Secret) {
    await super.fill(version, secret);
    await this.promote(version);
  }
}

class FillingAgain extends InMemoryRotatingSecret {
  override async fill(version: string, secret: Secret) {
    this.values.set(version, secret);
  }
}

class PromotingBackAndForth extends InMemoryRotatingSecret {
  override promote(version: string) {
    return super.promote(version === this.current ? (this.previous ?? version) : version);
  }
}

function of(Rotating: typeof InMemoryRotatingSecret, flaws?: Flaws): RotatingSecretSubject {
  return {
    make: async () => {
      const secret = new Rotating("v1", "old");
      secret.pending = "v2";
      return { secret, current: "v1", pending: "v2" };
    },
    whenDown: downThrough(new Rotating("v1", "old"), "SIGNING_SECRETS", flaws),
  };
}

export const rotatingSecretMutants: readonly Mutant<RotatingSecretSubject>[] = [
  ["fails for a version that does not exist", of(KnowingItsOwn), ["knows the stage"]],
  ["takes an empty version for an empty text", of(EmptyAsText), ["no value for an empty version"]],
  ["promotes what it fills", of(PromotingWhatItFills), ["leaves its stage"]],
  ["overwrites a value", of(FillingAgain), ["keeps the value"]],
  ["takes back a promotion that is repeated", of(PromotingBackAndForth), ["once or more often"]],
  ["throws what its client throws", of(InMemoryRotatingSecret, { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", of(InMemoryRotatingSecret, { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightRotatingSecrets: Readonly<Record<string, RotatingSecretSubject>> = {
  "the fake": of(InMemoryRotatingSecret),
};
