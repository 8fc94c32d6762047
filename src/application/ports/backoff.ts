/** Full jitter: waiters that failed together do not come back together. */
export interface Backoff {
  /** Resolves after a random time from nothing to the ceiling. */
  pause(ceilingMillis: number): Promise<void>;
}
