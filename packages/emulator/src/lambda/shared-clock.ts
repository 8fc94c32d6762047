import type { Scheduler } from "../scheduler.ts";

/** The emulator's clock, as worker threads read it at any moment: the milliseconds that it is ahead of real time. */
export type SharedClock = {
  /** A Float64Array of one number. */
  readonly offset: SharedArrayBuffer;
  /** Brings the offset up to date. Call it when the clock is moved. */
  readonly follow: () => void;
};

export function makeSharedClock(scheduler: Scheduler): SharedClock {
  const offset = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const shared = new Float64Array(offset);
  return {
    offset,
    follow() {
      const before = Date.now();
      const now = scheduler.now();
      // A clock that runs with real time has no offset, even if a millisecond ends between the readings.
      shared[0] = now >= before && now <= Date.now() ? 0 : now - before;
    },
  };
}
