import type { Cancel, Scheduler } from "../scheduler.ts";

export type ClockOptions = {
  /** The time at the start, in milliseconds since 1970. By default the machine's time. */
  readonly startAt?: number;
  /** True if time stands still and only `advance` moves it. */
  readonly stopped?: boolean;
};

type Task = { readonly at: number; readonly run: () => void; timer?: NodeJS.Timeout | undefined };

/** Another part of this process may give functions a `Date` of their own, so the machine's is kept. */
const machineNow = Date.now;

/** Node.js runs a timer of more than 24.8 days at once. */
const MAX_TIMER_MILLIS = 86_400_000;

/** The last time that `Date` can hold. */
const MAX_TIME = 8_640_000_000_000_000;

/** The longest real time for which a step of `advance` waits for work that it has started. */
const MAX_SETTLE_MILLIS = 250;
/** The same while other work hangs, which may end only by a timeout later on the way. */
const MAX_SETTLE_BESIDE_HANGING_MILLIS = 5;

/**
 * The emulator's time. It goes with the machine's, or stands still, and can be advanced: then everything that is due on
 * the way happens in its order, each at its own time.
 */
export class Clock implements Scheduler {
  /** The two numbers of `readTime`. Worker threads read them without asking. */
  readonly shared = new SharedArrayBuffer(16);
  readonly #time = new Float64Array(this.shared);
  readonly #tasks = new Set<Task>();
  readonly #busy = new Set<() => boolean>();
  #whenShifted: (() => void)[] = [];
  #advancing: Promise<void> = Promise.resolve();
  #hangs = false;

  constructor({ startAt, stopped = false }: ClockOptions = {}) {
    const machine = machineNow();
    if (startAt !== undefined && !(startAt >= 0 && startAt <= MAX_TIME))
      throw new RangeError("a clock starts in 1970 or later");
    this.#time[0] = startAt === undefined ? 0 : startAt - machine;
    this.#time[1] = stopped ? (startAt ?? machine) : Number.NaN;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return readTime(this.#time);
  }

  get isStopped(): boolean {
    return !Number.isNaN(this.#time[1]);
  }

  after(millis: number, run: () => void): Cancel {
    const task: Task = { at: this.now() + millis, run };
    this.#tasks.add(task);
    if (!this.isStopped) this.#arm(task);
    return () => this.#drop(task);
  }

  /** Runs once, when this clock differs from the machine's for the first time: at once if it does already. */
  onceShifted(run: () => void): void {
    this.#whenShifted.push(run);
    if (this.#time[0] !== 0 || this.isStopped) this.#tellShift();
  }

  /** The number of pending tasks. A task that outlives its owner is a leak. */
  get pending(): number {
    return this.#tasks.size;
  }

  /** Lets time stand still. It can still be advanced. */
  stop(): void {
    if (this.isStopped) return;
    this.#time[1] = this.now();
    for (const task of this.#tasks) disarm(task);
    this.#tellShift();
  }

  /** Lets time go on from where it stands, with the machine's. */
  resume(): void {
    if (!this.isStopped) return;
    this.#time[0] = this.now() - machineNow();
    this.#time[1] = Number.NaN;
    for (const task of this.#tasks) this.#arm(task);
  }

  /**
   * Moves time forward. Each task on the way runs at its time; the work that it starts has a quarter of a second of the
   * machine's time before the next one. Advances queue up. Rejects with the error of a task, once all others on the way
   * have run. Throws RangeError if `millis` is negative or no number.
   */
  advance(millis: number): Promise<void> {
    if (!(millis >= 0 && this.now() + millis <= MAX_TIME)) throw new RangeError("a clock only goes forward");
    const advance = this.#advancing.then(() => this.#goTo(this.now() + millis));
    // The next one goes on all the same.
    this.#advancing = advance.catch(() => {});
    return advance;
  }

  /** Lets `advance` wait, within its limit, for work that is under way. */
  waitFor(isBusy: () => boolean): Cancel {
    this.#busy.add(isBusy);
    return () => this.#busy.delete(isBusy);
  }

  async #goTo(until: number): Promise<void> {
    const errors: unknown[] = [];
    await this.#settle();
    for (let next = this.#nextDue(until); next !== undefined; next = this.#nextDue(until)) {
      this.#jump(next.at);
      try {
        this.#run(next);
      } catch (error) {
        errors.push(error);
      }
      await this.#settle();
    }
    this.#jump(until);
    // Their timers count from before the jump.
    if (!this.isStopped) for (const task of this.#tasks) this.#arm(task);
    if (errors.length > 0) throw errors[0];
  }

  #nextDue(until: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#tasks) {
      if (task.at <= until && (next === undefined || task.at < next.at)) next = task;
    }
    return next;
  }

  #jump(at: number): void {
    const now = this.now();
    if (at <= now) return;
    if (this.isStopped) this.#time[1] = at;
    else this.#time[0] = (this.#time[0] ?? 0) + at - now;
    this.#tellShift();
  }

  #tellShift(): void {
    for (const run of this.#whenShifted.splice(0)) run();
  }

  async #settle(): Promise<void> {
    const deadline = performance.now() + (this.#hangs ? MAX_SETTLE_BESIDE_HANGING_MILLIS : MAX_SETTLE_MILLIS);
    const isBusy = () => [...this.#busy].some((one) => one());
    do await new Promise(setImmediate);
    while (isBusy() && performance.now() < deadline);
    this.#hangs = isBusy();
  }

  #arm(task: Task): void {
    disarm(task);
    const left = task.at - this.now();
    const wake = left > MAX_TIMER_MILLIS ? () => this.#arm(task) : () => this.#run(task);
    task.timer = setTimeout(wake, Math.min(left, MAX_TIMER_MILLIS)).unref();
  }

  #run(task: Task): void {
    this.#drop(task);
    task.run();
  }

  #drop(task: Task): void {
    disarm(task);
    this.#tasks.delete(task);
  }
}

function disarm(task: Task): void {
  clearTimeout(task.timer);
  task.timer = undefined;
}

/**
 * The time of a clock, from its shared numbers: milliseconds ahead of the machine's time, and the time at which the
 * clock stands (NaN if it goes).
 */
export function readTime(shared: Float64Array): number {
  const stoppedAt = shared[1] ?? Number.NaN;
  return Number.isNaN(stoppedAt) ? machineNow() + (shared[0] ?? 0) : stoppedAt;
}
