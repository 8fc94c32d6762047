/** A time limit for one call or several calls together. `end` frees the timer. */
export type Deadline = {
  /** Settles like the call. Rejects with a TimeoutError when the time is over, even if the call continues. */
  race<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T>;
  end(): void;
};

/**
 * Starts a deadline. The SDK obeys the signal during a request, but not while it looks for credentials or pauses before
 * a retry. Hence the race.
 */
export function startDeadline(millis: number): Deadline {
  const abort = new AbortController();
  const { signal } = abort;
  const timer = setTimeout(() => abort.abort(new DOMException("No response in time", "TimeoutError")), millis);
  return {
    race: (call) => Promise.race([call(signal), rejectionBy(signal)]),
    end: () => clearTimeout(timer),
  };
}

/** Runs one call within its own deadline. */
export async function withinDeadline<T>(millis: number, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = startDeadline(millis);
  try {
    return await deadline.race(call);
  } finally {
    deadline.end();
  }
}

function rejectionBy(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
