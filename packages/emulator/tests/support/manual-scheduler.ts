import type { Cancel, Scheduler } from "../../src/scheduler.ts";

/** Time that stands still until it is told to pass; what is due runs in order of its moment, then of its making. */
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

  /** How many are still waiting: what is left behind by something that ended is a leak. */
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
