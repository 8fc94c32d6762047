import type { FixedClock } from "../fakes/fixed-clock.ts";
import type { FaultPlan } from "./fault-plan.ts";
import type { Turns } from "./turns.ts";

export type Surroundings = {
  readonly clock: FixedClock;
  readonly turns: Turns;
  faults: FaultPlan;
  /** Over all invocations of a run. */
  callsMade: number;
};

type PortCall<T> = {
  readonly label: string;
  /** The port's promise: by then it has answered. */
  readonly budgetMillis: number;
  readonly effect: () => Promise<T>;
  /** What the port answers, or throws, when the call did not succeed. */
  readonly fail: (how: { readonly throttled: boolean; readonly tookEffect: boolean }) => T;
};

export type InvocationEnd<T> = { readonly value: T } | { readonly thrown: unknown } | "died";

/** One invocation of a function, from its event to its answer, its crash or its timeout. */
export class Invocation {
  readonly #around: Surroundings;
  readonly #endsAt: number;
  readonly #under = new Set<Promise<unknown>>();
  readonly #death: Promise<"died">;
  #die: () => void = () => undefined;
  #dead = false;

  constructor(around: Surroundings, timeoutSeconds: number) {
    this.#around = around;
    this.#endsAt = around.clock.now() + timeoutSeconds * 1000;
    this.#death = new Promise((resolve) => {
      this.#die = () => {
        this.#dead = true;
        resolve("died");
      };
    });
  }

  /** Resolves once nothing that was begun can take effect any more. Never rejects. */
  async run<T>(work: () => Promise<T>): Promise<InvocationEnd<T>> {
    const outcome = work().then(
      (value) => ({ value }),
      (thrown: unknown) => ({ thrown }),
    );
    const end = await Promise.race([outcome, this.#death]);
    while (this.#under.size > 0) await Promise.all(this.#under);
    return this.#around.clock.now() > this.#endsAt ? "died" : end;
  }

  async call<T>(call: PortCall<T>): Promise<T> {
    if (this.#dead) return never();
    const made = this.#make(call);
    this.#under.add(made);
    const answer = await made;
    this.#under.delete(made);
    return this.#dead ? never() : answer();
  }

  /** Never rejects: what is thrown at the caller is thrown by what this resolves to. */
  async #make<T>({ label, budgetMillis, effect, fail }: PortCall<T>): Promise<() => T> {
    const { clock, turns, faults } = this.#around;
    const fault = faults.get(this.#around.callsMade++);
    const failed = (tookEffect: boolean) => () => fail({ tookEffect, throttled: fault === "throttled" });
    if (fault === "crash-before") this.#die();

    const giveUpAt = clock.now() + budgetMillis;
    await turns.take(label);
    if (clock.now() > this.#endsAt) this.#die();
    if (fault === "hung" || fault === "late-hung") clock.advance(budgetMillis / 1000);
    const arrives = clock.now() <= giveUpAt && fault !== "lost" && fault !== "throttled" && fault !== "hung";
    if (!arrives || fault === "crash-before") return failed(false);

    const value = await effect();
    if (fault === "slow") clock.advance(budgetMillis / 2000);
    if (fault === "crash-after") this.#die();
    return fault === undefined || fault === "slow" ? () => value : failed(true);
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined);
}
