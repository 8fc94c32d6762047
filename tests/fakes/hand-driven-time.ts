import type { Backoff, Clock, Timer } from "../../src/application/ports/system.ts";
import type { EpochMillis } from "../../src/domain/time.ts";

/** A clock with timers. Time passes only while a test waits, from one timer to the next. */
export class HandDrivenTime implements Clock, Timer, Backoff {
  #now: number;
  readonly #due = new Set<{ readonly at: number; readonly run: () => void }>();

  constructor(millis: number) {
    this.#now = millis;
  }

  now(): EpochMillis {
    return this.#now as EpochMillis;
  }

  after(millis: number, task: () => void): () => void {
    const entry = { at: this.#now + millis, run: task };
    this.#due.add(entry);
    return () => this.#due.delete(entry);
  }

  /** The longest pause that a backoff can take. */
  pause(ceilingMillis: number): Promise<void> {
    return new Promise((resolve) => this.after(ceilingMillis, resolve));
  }

  /** Moves to a moment, or stays if it has passed. Timers fire on the way. */
  advanceTo(millis: number): void {
    for (let next = this.#earliest(); next !== undefined && next.at <= millis; next = this.#earliest())
      this.#fire(next);
    this.#now = Math.max(this.#now, millis);
  }

  /** Lets time pass until the promise is settled. */
  async until<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = () => {
      isSettled = true;
    };
    promise.then(settle, settle);
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (isSettled) return promise;
      const next = this.#earliest();
      if (next === undefined) throw new Error("nothing is under way, and the promise is not settled");
      this.#fire(next);
    }
  }

  #fire(entry: { readonly at: number; readonly run: () => void }): void {
    this.#due.delete(entry);
    this.#now = Math.max(this.#now, entry.at);
    entry.run();
  }

  #earliest(): { readonly at: number; readonly run: () => void } | undefined {
    let first: { readonly at: number; readonly run: () => void } | undefined;
    for (const entry of this.#due) if (first === undefined || entry.at < first.at) first = entry;
    return first;
  }
}
