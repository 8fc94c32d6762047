import type { Settings } from "./settings.ts";

/** The most subscriptions of one connection. */
export function readSubscriptionLimit(settings: Settings): number {
  return settings.wholeNumber("SUBSCRIPTION_LIMIT", { min: 1, max: 1000, fallback: 100 });
}
