const DEADLINE_MS = 2000;

/**
 * Two seconds for all that `work` does. The SDK heeds the signal while a request is under way, but not while it looks for
 * credentials or pauses before a retry: hence the race.
 */
export function withinDeadline<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(DEADLINE_MS);
  return Promise.race([work(signal), aborted(signal)]);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
