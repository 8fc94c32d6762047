import type { Scheduler } from "fast-check";

/** Every call of a port waits for its turn, and fast-check chooses whose it is. */
export class Turns {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async take(label: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), label);
  }

  /** Gives so many turns, each with all that follows from it, and fewer when nobody waits any more. */
  async give(count = Number.POSITIVE_INFINITY): Promise<void> {
    await consequences();
    for (let given = 0; given < count && this.#scheduler.count() > 0; given += 1) {
      // Deprecated for waitNext, with which a run could not be replayed: it gave turns while consequences were pending.
      await this.#scheduler.waitOne();
      await consequences();
    }
  }
}

/** Every promise that can settle without another turn has settled. */
function consequences(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
