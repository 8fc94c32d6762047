import type { FixedClock } from "../fakes/fixed-clock.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { TurnScheduler } from "./turn-scheduler.ts";

export type InvocationEnvironment = {
  readonly clock: FixedClock;
  readonly turns: TurnScheduler;
  faults: FaultPlan;
  /** Counted over all invocations of a run. */
  callsMade: number;
};

type PortCall<T> = {
  readonly label: string;
  /** The port promises to answer within this time. */
  readonly budgetMillis: number;
  readonly effect: () => Promise<T>;
  /** Gives the port's answer to a failed call, or throws its error. */
  readonly fail: (how: { readonly throttled: boolean; readonly tookEffect: boolean }) => T;
};

export type InvocationEnd<T> = { readonly value: T } | { readonly thrown: unknown } | "died";

/** One invocation of a function, from its event to its answer, its crash or its timeout. */
export class Invocation {
  readonly #environment: InvocationEnvironment;
  readonly #endsAt: number;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #death: Promise<"died">;
  #die: () => void = () => undefined;
  #dead = false;

  constructor(environment: InvocationEnvironment, timeoutSeconds: number) {
    this.#environment = environment;
    this.#endsAt = environment.clock.now() + timeoutSeconds * 1000;
    this.#death = new Promise((resolve) => {
      this.#die = () => {
        this.#dead = true;
        resolve("died");
      };
    });
  }

  /** Resolves when no call can take effect any more. Never rejects. */
  async run<T>(work: () => Promise<T>): Promise<InvocationEnd<T>> {
    const end = await Promise.race([settled(work()), this.#death]);
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight);
    return this.#environment.clock.now() > this.#endsAt ? "died" : end;
  }

  async call<T>(call: PortCall<T>): Promise<T> {
    if (this.#dead) return never();
    const made = this.#make(call);
    this.#inFlight.add(made);
    const answer = await made;
    this.#inFlight.delete(made);
    return this.#dead ? never() : answer();
  }

  /** Never rejects: resolves to a function that returns the port's answer or throws its error. */
  async #make<T>({ label, budgetMillis, effect, fail }: PortCall<T>): Promise<() => T> {
    const { clock, turns, faults } = this.#environment;
    const fault = faults.get(this.#environment.callsMade++);
    const failed = (tookEffect: boolean) => () => fail({ tookEffect, throttled: fault === "throttled" });
    if (fault === "crash-before") this.#die();

    const giveUpAt = clock.now() + budgetMillis;
    await turns.wait(label);
    if (clock.now() > this.#endsAt) this.#die();
    if (fault === "hung" || fault === "late-hung") clock.advance(budgetMillis / 1000);
    const arrives = clock.now() <= giveUpAt && fault !== "lost" && fault !== "throttled" && fault !== "hung";
    if (!arrives || fault === "crash-before") return failed(false);

    // A call that makes another one never goes on when its invocation has died meanwhile.
    const effected = await Promise.race([settled(effect()), this.#death]);
    if (effected === "died") return failed(false);
    if ("thrown" in effected) {
      return () => {
        throw effected.thrown;
      };
    }
    const { value } = effected;
    if (fault === "slow") clock.advance(budgetMillis / 2000);
    if (fault === "crash-after") this.#die();
    return fault === undefined || fault === "slow" ? () => value : failed(true);
  }
}

function settled<T>(effect: Promise<T>): Promise<{ readonly value: T } | { readonly thrown: unknown }> {
  return effect.then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  );
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
