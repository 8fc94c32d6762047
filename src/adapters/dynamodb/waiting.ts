import { setTimeout as sleep } from "node:timers/promises";

/** Time for those who wait, in milliseconds. */
export type Waiting = {
  /** Rejects when the signal is aborted. */
  readonly pause: (millis: number, signal?: AbortSignal) => Promise<unknown>;
  readonly now: () => number;
};

export const WAITING: Waiting = {
  pause: (millis, signal) => sleep(millis, undefined, { signal }),
  now: () => performance.now(),
};
