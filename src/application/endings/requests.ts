import { MAX_POSTS, PATIENCE_MILLIS, pauseCeilingMillis } from "../../domain/notification/delivery.ts";
import type { PostOutcome } from "../../domain/notification/post-outcome.ts";
import type { EpochMillis } from "../../domain/time.ts";
import type { Backoff, Clock, Timer } from "../ports/system.ts";
import { makeSemaphore } from "../push/semaphore.ts";
import type { Pace } from "./pace.ts";

type Request = {
  readonly send: () => Promise<PostOutcome>;
  /** True if the outcome may be another one soon. */
  readonly isWorthRepeating: (outcome: PostOutcome) => boolean;
  /** No repetition begins after it. */
  readonly deadline: EpochMillis;
};

/** Sends a request about one connection a few times, until its outcome is final. `onThrottled` counts. */
export type SendRequest = (request: Request, onThrottled: () => void) => Promise<PostOutcome>;

export type RequestDependencies = {
  readonly clock: Clock;
  readonly timer: Timer;
  readonly backoff: Backoff;
  readonly pace: Pace;
  /** How many requests may be under way at once in the process. Those that hang do not count. */
  readonly concurrency: number;
};

export function makeSendRequest({ clock, timer, backoff, pace, concurrency }: RequestDependencies): SendRequest {
  const semaphore = makeSemaphore(concurrency);
  const once = async (send: Request["send"]): Promise<PostOutcome> => {
    await pace();
    return semaphore(async (release) => {
      const cancel = timer.after(PATIENCE_MILLIS, release);
      try {
        return await send();
      } catch {
        // The port promises not to throw. If it does, the fault concerns this connection alone.
        return "failed";
      } finally {
        cancel();
      }
    });
  };

  return async ({ send, isWorthRepeating, deadline }, onThrottled) => {
    for (let requests = 1; ; requests += 1) {
      const outcome = await once(send);
      if (outcome === "throttled") onThrottled();
      const ceiling = pauseCeilingMillis(requests);
      const isLast = requests === MAX_POSTS || clock.now() + ceiling >= deadline;
      if (isLast || !isWorthRepeating(outcome)) return outcome;
      await backoff.pause(ceiling);
    }
  };
}
