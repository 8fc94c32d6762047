import type { Cancel, Scheduler } from "../../src/scheduler.ts";

/** A time that a test moves. Due timers run in the order of their times, and at one time in the order of creation. */
export class ManualScheduler implements Scheduler {
  #now: number;
  readonly #due = new Set<{ readonly at: number; readonly run: () => void }>();

  constructor(now = Date.UTC(2026, 10, 22, 12, 0, 0)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(millis: number, run: () => void): Cancel {
    const entry = { at: this.#now + millis, run };
    this.#due.add(entry);
    return () => this.#due.delete(entry);
  }

  /** The number of pending timers. A timer that outlives its owner is a leak. */
  get pending(): number {
    return this.#due.size;
  }

  advance(millis: number): void {
    const until = this.#now + millis;
    for (let next = this.#earliest(until); next !== undefined; next = this.#earliest(until)) {
      this.#due.delete(next);
      this.#now = next.at;
      next.run();
    }
    this.#now = until;
  }

  #earliest(until: number): { readonly at: number; readonly run: () => void } | undefined {
    return [...this.#due].filter(({ at }) => at <= until).sort((one, other) => one.at - other.at)[0];
  }
}
