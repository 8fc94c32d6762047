import type { Scheduler } from "fast-check";
import type { Backoff, Timer } from "../../src/application/ports/system.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

type Alarm = { readonly at: number; readonly task: () => void };

/**
 * Every call of a port waits for its turn; fast-check chooses which one is next. Timers wait for their time, which
 * passes when no turn is left.
 */
export class TurnScheduler implements Timer {
  readonly #scheduler: Scheduler;
  readonly #clock: FixedClock;
  readonly #alarms = new Set<Alarm>();

  constructor(scheduler: Scheduler, clock: FixedClock) {
    this.#scheduler = scheduler;
    this.#clock = clock;
  }

  async wait(label: string): Promise<void> {
    await this.#scheduler.schedule(Promise.resolve(), label);
  }

  after(millis: number, task: () => void): () => void {
    const alarm = { at: this.#clock.now() + millis, task };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** The longest pause that a backoff can take. */
  readonly backoff: Backoff = {
    pause: (ceilingMillis) => new Promise((resolve) => this.after(ceilingMillis, resolve)),
  };

  /** Runs `count` turns, each with all that results from it; fewer when nothing waits any more. */
  async run(count = Number.POSITIVE_INFINITY): Promise<void> {
    await consequences();
    for (let done = 0; done < count; done += 1) {
      await this.#ringUntil(this.#clock.now());
      // Deprecated for waitNext, with which a run could not be replayed: it ran turns while consequences were pending.
      if (this.#scheduler.count() > 0) await this.#scheduler.waitOne();
      else {
        const next = this.#next();
        if (next === undefined) return;
        this.#clock.advance(Math.max(0, next.at - this.#clock.now()) / 1000);
        this.#ring(next);
      }
      await consequences();
    }
  }

  async #ringUntil(moment: number): Promise<void> {
    for (let next = this.#next(); next !== undefined && next.at <= moment; next = this.#next()) {
      this.#ring(next);
      await consequences();
    }
  }

  #ring(alarm: Alarm): void {
    this.#alarms.delete(alarm);
    alarm.task();
  }

  #next(): Alarm | undefined {
    let first: Alarm | undefined;
    for (const alarm of this.#alarms) if (first === undefined || alarm.at < first.at) first = alarm;
    return first;
  }
}

/** Every promise that can settle without another turn has settled. */
function consequences(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
