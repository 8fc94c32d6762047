import { type EpochMillis, isWithin } from "../domain/time.ts";
import { DependencyUnavailableError, type UnavailableDependency } from "./errors.ts";
import type { Clock } from "./ports/system.ts";
import { PRIMING_MILLIS } from "./priming.ts";

export type CacheTimes = {
  /** The time for one request. Priming has less. */
  readonly askMillis: number;
  /** The time for which a value is used without asking the source again. */
  readonly freshSeconds: number;
  /** The time for which a value is used while the source does not respond. */
  readonly staleSeconds: number;
  /** `reread` asks the source at most once in this time. */
  readonly rereadSeconds: number;
  /** The pauses after the first failure, the second and so on; the last one repeats. */
  readonly pausesSeconds: readonly number[];
};

/**
 * The source's response. `partial`: one part of the value could not be read, which also counts as a failure. `none`:
 * the source says that there is no value for us, so the remembered value is dropped.
 */
export type SourceResponse<T> =
  | { readonly kind: "complete"; readonly value: T }
  | { readonly kind: "partial"; readonly value: T; readonly cause: unknown }
  | { readonly kind: "none"; readonly cause: unknown };

type CachedSourceDeps<T> = {
  readonly dependency: UnavailableDependency;
  readonly times: CacheTimes;
  readonly clock: Clock;
  /** Asks the source once; `held` is the remembered value. Throws if the source did not respond within the time. */
  readonly ask: (now: EpochMillis, held: T | undefined, withinMillis: number) => Promise<SourceResponse<T>>;
  /** Called for each failure that a remembered value bridges. No caller sees its cause. */
  readonly onBridgedFailure: (cause: unknown) => void;
};

type Held<T> = { readonly value: T; readonly askedAt: EpochMillis };
type Failure = { readonly cause: unknown; readonly at: EpochMillis; readonly count: number };

/**
 * A value remembered from a source that can be slow, down or asked too often: concurrent calls share one request, a
 * failure is followed by a pause, and a remembered value bridges an outage for a bounded time. Every call throws
 * DependencyUnavailableError if there is no usable value.
 */
export class CachedSource<T> {
  readonly #deps: CachedSourceDeps<T>;
  #held: Held<T> | undefined;
  /** The failure of the last request, which failed or had a response that was `partial` or `none`. */
  #failure: Failure | undefined;
  #flight: Promise<void> | undefined;
  /** The source has been asked by a read or a reread. */
  #wasAsked = false;
  #rereadAt: EpochMillis | undefined;

  constructor(deps: CachedSourceDeps<T>) {
    this.#deps = deps;
  }

  /**
   * Asks the source before the first call; called once. A failure, or a response that is not complete, throws and leaves
   * no trace: the first call asks again, without a pause. A response that comes after a call has asked is dropped, because
   * Lambda may freeze the process between request and response.
   */
  async prime(): Promise<T> {
    const now = this.#deps.clock.now();
    const response = await this.#askToPrime(now);
    if (response.kind !== "complete") throw this.#unavailable(response.cause);
    if (!this.#wasAsked) this.#held = { value: response.value, askedAt: now };
    return response.value;
  }

  async read(): Promise<T> {
    const now = this.#deps.clock.now();
    if (!isWithin(this.#deps.times.freshSeconds, this.#held?.askedAt, now)) await this.#refresh(now);
    return this.#known();
  }

  /**
   * Asks the source again, for a caller that needs more than the remembered value. Throws if the source did not say
   * whether it has more.
   */
  async reread(): Promise<T> {
    const now = this.#deps.clock.now();
    if (!isWithin(this.#deps.times.rereadSeconds, this.#rereadAt, now)) {
      await this.#refresh(now);
      if (this.#failure !== undefined) throw this.#unavailable();
      this.#rereadAt = this.#held?.askedAt;
    }
    return this.#known();
  }

  /** Makes one request at a time, and none in the pause after a failure. Never rejects: the failure is remembered. */
  async #refresh(now: EpochMillis): Promise<void> {
    if (this.#flight === undefined && this.#isPausing(now)) return;
    this.#flight ??= this.#ask(now).finally(() => {
      this.#flight = undefined;
    });
    await this.#flight;
  }

  async #askToPrime(now: EpochMillis): Promise<SourceResponse<T>> {
    try {
      return await this.#deps.ask(now, undefined, PRIMING_MILLIS);
    } catch (cause) {
      throw this.#unavailable(cause);
    }
  }

  /** A value's age counts from the request: Lambda may freeze the process between request and response. */
  async #ask(now: EpochMillis): Promise<void> {
    this.#wasAsked = true;
    try {
      const response = await this.#deps.ask(now, this.#held?.value, this.#deps.times.askMillis);
      this.#held = response.kind === "none" ? undefined : { value: response.value, askedAt: now };
      this.#failure = response.kind === "complete" ? undefined : this.#nextFailure(response.cause);
    } catch (cause) {
      this.#failure = this.#nextFailure(cause);
    }
    // Without a usable value the caller throws, so the log entry of its request has the cause.
    if (this.#failure !== undefined && this.#isUsable(this.#failure.at)) {
      this.#deps.onBridgedFailure(this.#failure.cause);
    }
  }

  #nextFailure(cause: unknown): Failure {
    return { cause, at: this.#deps.clock.now(), count: (this.#failure?.count ?? 0) + 1 };
  }

  #isPausing(now: EpochMillis): boolean {
    if (this.#failure === undefined) return false;
    const { pausesSeconds } = this.#deps.times;
    const pause = pausesSeconds[this.#failure.count - 1] ?? pausesSeconds.at(-1) ?? 0;
    return isWithin(pause, this.#failure.at, now);
  }

  #known(): T {
    if (this.#held === undefined || !this.#isUsable(this.#deps.clock.now())) throw this.#unavailable();
    return this.#held.value;
  }

  #isUsable(now: EpochMillis): boolean {
    return isWithin(this.#deps.times.staleSeconds, this.#held?.askedAt, now);
  }

  #unavailable(cause = this.#failure?.cause): DependencyUnavailableError {
    return new DependencyUnavailableError(this.#deps.dependency, { cause });
  }
}
