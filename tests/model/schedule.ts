import { endSlot } from "../../src/domain/connection/ending.ts";
import { type EpochMillis, type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

/** What becomes of a run of the schedule. It is invoked asynchronously: at least once, and not always in time. */
export type RunOfSchedule = "punctual" | "late" | "doubled" | "lost";

const MINUTE = 60;
const LATE_SECONDS = 45;

/** Lambda repeats a failed asynchronous invocation after one and two minutes. */
const MAX_REPETITIONS = 2;

export type DueRun = { readonly scheduledAt: EpochMillis; readonly repetition: number };

/** Runs each minute. Runs that surely find nothing are left out. */
export class ScheduleModel {
  readonly #clock: FixedClock;
  readonly #runs: readonly RunOfSchedule[];
  readonly #ends: () => readonly EpochSeconds[];
  readonly #waiting: (DueRun & { readonly at: number })[] = [];
  #minute: number;
  #count = 0;

  /** `ends` are all moments at which a connection may end. Without `runs` the schedule is switched off. */
  constructor(clock: FixedClock, runs: readonly RunOfSchedule[] | undefined, ends: () => readonly EpochSeconds[]) {
    this.#clock = clock;
    this.#runs = runs ?? [];
    this.#ends = ends;
    this.#minute = runs === undefined ? Number.POSITIVE_INFINITY : toEpochSeconds(clock.now());
  }

  /** The next time, in milliseconds and up to `until`, at which a run is due. */
  nextAt(until: number): number | undefined {
    const next = Math.min(this.#nextMinute(until / 1000) * 1000, ...this.#waiting.map(({ at }) => at));
    return next <= until ? next : undefined;
  }

  due(): readonly DueRun[] {
    const now = this.#clock.now();
    for (;;) {
      const minute = this.#nextMinute(now / 1000);
      if (minute * 1000 > now) break;
      this.#minute = minute;
      this.#plan(minute * 1000);
    }
    const due = this.#waiting.filter(({ at }) => at <= now);
    for (const one of due) this.#waiting.splice(this.#waiting.indexOf(one), 1);
    return due;
  }

  failed({ scheduledAt, repetition }: DueRun): void {
    if (repetition === MAX_REPETITIONS) return;
    const at = this.#clock.now() + (repetition + 1) * MINUTE * 1000;
    this.#waiting.push({ scheduledAt, repetition: repetition + 1, at });
  }

  #plan(at: number): void {
    const fate = this.#runs[this.#count] ?? "punctual";
    this.#count += 1;
    const run = { scheduledAt: at as EpochMillis, repetition: 0 };
    if (fate === "doubled") this.#waiting.push({ ...run, at });
    if (fate !== "lost") this.#waiting.push({ ...run, at: fate === "late" ? at + LATE_SECONDS * 1000 : at });
  }

  #nextMinute(until: number): number {
    const slots = this.#ends().map(endSlot);
    for (let minute = this.#minute + MINUTE; minute <= until; minute += MINUTE)
      if (slots.some((slot) => slot >= minute - MINUTE && slot < minute + 2 * MINUTE)) return minute;
    return Number.POSITIVE_INFINITY;
  }
}
