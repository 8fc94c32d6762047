import type { Scheduler } from "../scheduler.ts";

/** A token bucket, which is how API Gateway throttles: `burst` at once, then `perSecond`. True: let this one through. */
export function makeRateLimit(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  scheduler: Scheduler,
): () => boolean {
  let tokens = burst;
  let refilledAt = scheduler.now();
  return () => {
    const now = scheduler.now();
    tokens = Math.min(burst, tokens + (Math.max(0, now - refilledAt) * perSecond) / 1000);
    refilledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
