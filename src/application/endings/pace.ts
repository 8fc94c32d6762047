import type { Clock, Timer } from "../ports/system.ts";

/** Resolves when the next request may begin: requests are spread evenly over time. */
export type Pace = () => Promise<void>;

/** A longer wait comes from a clock that was set back. */
const MAX_WAIT_MILLIS = 10_000;

export function makePace(perSecond: number, { clock, timer }: { readonly clock: Clock; readonly timer: Timer }): Pace {
  let next = 0;
  return async () => {
    const now = clock.now();
    const begin = next > now && next - now < MAX_WAIT_MILLIS ? next : now;
    next = begin + 1000 / perSecond;
    if (begin > now) await new Promise<void>((resolve) => timer.after(begin - now, resolve));
  };
}
