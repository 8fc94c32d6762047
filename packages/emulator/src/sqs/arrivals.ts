import type { Scheduler } from "../scheduler.ts";

/** The callers that wait until a message arrives in a queue. */
export class Arrivals {
  readonly #scheduler: Scheduler;
  readonly #waiting = new Set<() => void>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  announce(): void {
    for (const wake of this.#waiting) wake();
  }

  wait(millis: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = this.#scheduler.after(millis, done);
      this.#waiting.add(done);
      signal.addEventListener("abort", done);
    });
  }
}
