import type { Scheduler } from "../scheduler.ts";
import type { Stage, Throttle } from "./api-description.ts";
import { makeRateLimit, type Quotas } from "./quotas.ts";

/** Counts one request of a stage for a route. True if it is within the throttle that the template gives that route. */
export type WithinThrottle = (stage: string, routeKey: string) => boolean;

/**
 * The throttles of all routes. Each route of each stage has a token bucket of its own. A setting that neither the route
 * nor the stage has is the account's.
 */
export function makeThrottles(
  stages: readonly Stage[],
  account: Quotas["requests"],
  scheduler: Scheduler,
): WithinThrottle {
  const buckets = new Map<string, () => boolean>();

  function bucketOf(stage: string, routeKey: string): () => boolean {
    const { routeThrottles, defaultThrottle } = stages.find(({ name }) => name === stage) ?? {};
    const own: Throttle = { ...defaultThrottle, ...routeThrottles?.get(routeKey) };
    return Object.keys(own).length === 0 ? () => true : makeRateLimit({ ...account, ...own }, scheduler);
  }

  return (stage, routeKey) => {
    // A stage's name has no space.
    const key = `${stage} ${routeKey}`;
    const bucket = buckets.get(key) ?? bucketOf(stage, routeKey);
    buckets.set(key, bucket);
    return bucket();
  };
}
