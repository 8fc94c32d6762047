import type { Scheduler } from "fast-check";

/** Every call of a port waits for its turn; fast-check chooses which one is next. */
export class TurnScheduler {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  async wait(label: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), label);
  }

  /** Runs `count` turns, each with all that results from it; fewer when no call waits any more. */
  async run(count = Number.POSITIVE_INFINITY): Promise<void> {
    await consequences();
    for (let done = 0; done < count && this.#scheduler.count() > 0; done += 1) {
      // Deprecated for waitNext, with which a run could not be replayed: it ran turns while consequences were pending.
      await this.#scheduler.waitOne();
      await consequences();
    }
  }
}

/** Every promise that can settle without another turn has settled. */
function consequences(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
