import type {
  NoSigningSecret,
  SigningSecretSource,
  SigningSecretVersions,
} from "../../src/application/ports/signing-secrets.ts";
import { Secret } from "../../src/domain/secret.ts";
import type { EpochMillis } from "../../src/domain/time.ts";

/** A look's result: all versions, only the current one, no secret, or no answer. */
type Outcome = "all" | "current" | "none" | "failed";

type Version = { readonly text: string; readonly createdAt: EpochMillis };

/** A source that a test rotates and breaks. Each look returns new Secret objects, as a parser does. */
export class RotatingSecretSource implements SigningSecretSource {
  /** While this is set, every look throws it. */
  outage: Error | undefined;
  /** While this is set, every look finds the current version, but not the previous one. */
  previousOutage: Error | undefined;
  /** While this is set, every look finds that there is no secret for us. */
  refusal: Error | undefined;
  /** Each look in seconds since 1970, how it ended, and the current text at that moment. */
  readonly looks: { readonly at: number; readonly outcome: Outcome; readonly text: string }[] = [];
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

  async fetch(rotatedAfter: EpochMillis): Promise<SigningSecretVersions | NoSigningSecret> {
    const [current, previous] = this.#versions;
    const isPreviousAsked = current.createdAt > rotatedAfter;
    const outcome = this.#outcome(isPreviousAsked);
    this.looks.push({ at: this.#now() / 1000, outcome, text: current.text });
    if (outcome === "failed") throw this.outage;
    if (outcome === "none") return { kind: "none", cause: this.refusal };
    return {
      kind: "held",
      current: new Secret(current.text),
      createdAt: current.createdAt,
      ...(outcome === "current" && { previousUnread: this.previousOutage }),
      ...(outcome === "all" && isPreviousAsked && previous !== undefined && { previous: new Secret(previous.text) }),
    };
  }

  #outcome(isPreviousAsked: boolean): Outcome {
    if (this.outage !== undefined) return "failed";
    if (this.refusal !== undefined) return "none";
    return isPreviousAsked && this.previousOutage !== undefined ? "current" : "all";
  }
}
