import type { SigningSecretSource, SigningSecretVersions } from "../../src/application/ports/signing-secret-source.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { EpochMillis } from "../../src/domain/time.ts";

type Version = { readonly text: string; readonly createdAt: EpochMillis };

/** Rotates and goes down when a test says so. Answers with new Secret objects each time, as a parser does. */
export class RotatingSecretSource implements SigningSecretSource {
  /** While it is set, every look throws it. */
  outage: Error | undefined;
  /** Each look in seconds since 1970, failed ones included, and the current text at that moment. */
  readonly looks: { readonly at: number; readonly failed: boolean; readonly text: string }[] = [];
  readonly #now: () => EpochMillis;
  #versions: readonly [Version, ...Version[]];

  constructor(now: () => EpochMillis, text: string) {
    this.#now = now;
    this.#versions = [{ text, createdAt: now() }];
  }

  get current(): Version {
    return this.#versions[0];
  }

  rotate(text: string): void {
    this.#versions = [{ text, createdAt: this.#now() }, this.current];
  }

  async fetch(rotatedAfter: EpochMillis): Promise<SigningSecretVersions> {
    this.looks.push({ at: this.#now() / 1000, failed: this.outage !== undefined, text: this.current.text });
    if (this.outage !== undefined) throw this.outage;
    const [current, previous] = this.#versions;
    const asked = current.createdAt > rotatedAfter && previous !== undefined;
    return {
      current: new Secret(current.text),
      createdAt: current.createdAt,
      ...(asked && { previous: new Secret(previous.text) }),
    };
  }
}
