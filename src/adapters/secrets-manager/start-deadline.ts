const DEADLINE_MS = 2000;

/** Runs work until the time is over, and rejects then. */
type Deadline = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Two seconds from now, for all the work together. The SDK obeys the signal during a request, but not while it looks for
 * credentials or pauses before a retry: hence the race.
 */
export function startDeadline(): Deadline {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  return (work) => Promise.race([work(signal), aborted(signal)]);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
