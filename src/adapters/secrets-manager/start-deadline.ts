const DEADLINE_MS = 2000;

/** Does work as long as there is time, and rejects when there is none left. */
type Deadline = <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/**
 * Two seconds from now on, for all that is done within. The SDK heeds the signal while a request is under way, but not while
 * it looks for credentials or pauses before a retry: hence the race.
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
