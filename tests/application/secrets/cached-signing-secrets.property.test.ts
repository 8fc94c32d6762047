import fc from "fast-check";
import { expect, it } from "vitest";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { SigningSecrets } from "../../../src/application/ports/signing-secrets.ts";
import { makeCachedSigningSecrets } from "../../../src/application/secrets/cached-signing-secrets.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { RotatingSecretSource } from "../../fakes/rotating-secret-source.ts";

const TOKEN_SECONDS = 1800;
const OVERLAP_SECONDS = TOKEN_SECONDS + 300;

/** The source is down, it cannot read the previous version, or there is no secret for us. */
type Trouble = "fail" | "failPrevious" | "refuse";

type Step =
  | { readonly kind: "advance"; readonly seconds: number }
  | { readonly kind: "rotate" | Trouble | "recover" | "read" | "reread" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("advance" as const),
      seconds: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 200, max: 4000 })),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("read" as const, "reread" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(["rotate", "fail", "failPrevious", "refuse", "recover", "recover"] as const)),
    }),
  },
);

/** Runs the steps and checks every result against the source's history, without knowledge of the cache's state. */
class Timeline {
  readonly #clock = new FixedClock(Date.parse("2026-11-22T10:00:00Z"));
  readonly #source = new RotatingSecretSource(() => this.#clock.now(), "secret-0");
  readonly #secrets: SigningSecrets = makeCachedSigningSecrets({
    source: this.#source,
    clock: this.#clock,
    logger: new RecordingLogger(),
    tokenLifetimeSeconds: TOKEN_SECONDS,
  });
  readonly #start = this.#seconds();
  /** The time at which each secret was made, oldest first. */
  readonly #made = [this.#seconds()];

  async take(next: Step): Promise<void> {
    if (next.kind === "advance") this.#clock.advance(next.seconds);
    else if (next.kind === "rotate") this.#rotate();
    else if (next.kind === "fail") this.#source.outage = new Error("down");
    else if (next.kind === "failPrevious") this.#source.previousOutage = new Error("throttled");
    else if (next.kind === "refuse") this.#source.refusal = new Error("access denied");
    else if (next.kind === "recover") this.#recover();
    else await this.#ask(next.kind);
  }

  checkCalls(): void {
    const { looks } = this.#source;
    const elapsed = this.#seconds() - this.#start;
    const succeeded = looks.filter(({ outcome }) => outcome === "all").length;
    expect(succeeded).toBeLessThanOrEqual(2 + elapsed / 300 + elapsed / 5);
    // After each success the pauses start again: five short ones, then 30 s each.
    expect(looks.length - succeeded).toBeLessThanOrEqual((succeeded + 1) * 6 + elapsed / 30);
    const pauses = looks.slice(1).flatMap(({ at }, index) => {
      const before = looks[index];
      return before === undefined || before.outcome === "all" ? [] : [at - before.at];
    });
    expect(pauses.filter((pause) => pause < 1)).toEqual([]);
  }

  #rotate(): void {
    this.#made.push(this.#seconds());
    this.#source.rotate(`secret-${this.#made.length - 1}`);
  }

  #recover(): void {
    this.#source.outage = undefined;
    this.#source.previousOutage = undefined;
    this.#source.refusal = undefined;
  }

  async #ask(how: "read" | "reread"): Promise<void> {
    const answer = await this.#secrets[how]().then(
      (secrets) => secrets.map((secret) => Number(secret.reveal().slice("secret-".length))),
      (error: unknown) => error,
    );
    const { looks } = this.#source;
    const isComplete = looks.at(-1)?.outcome === "all";
    // A refusal makes the cache drop what it held.
    const since = looks.slice(looks.findLastIndex(({ outcome }) => outcome === "none") + 1);
    const good = since.findLast(({ outcome }) => outcome !== "failed");
    if (Array.isArray(answer) && good !== undefined) {
      const lastComplete = since.findLast(({ outcome }) => outcome === "all");
      if (how === "reread") expect(this.#seconds() - (lastComplete?.at ?? Number.NaN)).toBeLessThan(5);
      return this.#checkAnswer(answer, good);
    }
    expect(answer).toBeInstanceOf(DependencyUnavailableError);
    expect(isComplete).toBe(false);
    if (how === "read") expect(this.#seconds() - (good?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(3600);
  }

  /** The result is that of the last successful look, which is young unless the source has failed since. */
  #checkAnswer([current = -1, ...previous]: number[], good: RotatingSecretSource["looks"][number]): void {
    const failedSince = this.#source.looks.at(-1)?.outcome === "failed";
    expect(this.#seconds() - good.at).toBeLessThan(failedSince ? 3600 : 300);
    expect(`secret-${current}`).toBe(good.text);
    const overlaps = current > 0 && this.#seconds() < this.#madeAt(current) + OVERLAP_SECONDS;
    const known = this.#source.looks.findLast(({ outcome, text }) => outcome === "all" && text === good.text);
    const isKept = good.outcome === "all" || this.#seconds() - (known?.at ?? Number.NaN) < 3600;
    // After a look that found only the current version, the cache may have dropped the previous one.
    if (good.outcome !== "all" && previous.length === 0) return;
    expect(previous).toEqual(overlaps && isKept ? [current - 1] : []);
  }

  #madeAt(secret: number): number {
    return this.#made[secret] ?? Number.NaN;
  }

  #seconds(): number {
    return this.#clock.now() / 1000;
  }
}

it("inv:21 inv:16 fault:K1 fault:K2 fault:K3 fault:K4 any sequence of rotations, outages and pauses keeps to the limits", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80, size: "max" }), async (steps) => {
      const timeline = new Timeline();
      for (const next of steps) await timeline.take(next);
      timeline.checkCalls();
    }),
    { numRuns: 2000 },
  );
});
