import type { Scheduler } from "../scheduler.ts";

/** An account's rates. Above them API Gateway responds 429. Accounts can raise both, and so can tests. */
export type Quotas = {
  readonly connects: { readonly perSecond: number; readonly burst: number };
  /** Messages from clients and management calls together. */
  readonly requests: { readonly perSecond: number; readonly burst: number };
};

/** The developer guide's defaults. */
export const DEFAULT_QUOTAS: Quotas = {
  connects: { perSecond: 500, burst: 500 },
  requests: { perSecond: 10_000, burst: 5_000 },
};

export const MAX_FRAME_BYTES = 32 * 1024;
export const MAX_MESSAGE_BYTES = 128 * 1024;
export const MAX_URL_CHARACTERS = 4096;
/** The limit of API Gateway is not published for WebSocket APIs. */
export const MAX_HEADERS = 100;
/** The longest time that a WebSocket API waits for a function. The quota cannot be raised. */
export const MAX_INTEGRATION_TIMEOUT_MS = 29_000;
export const IDLE_TIMEOUT_MS = 10 * 60_000;
export const MAX_CONNECTION_MS = 2 * 3_600_000;

/**
 * A token bucket, as in API Gateway: `burst` at once, then `perSecond`; a rate of 0 lets nothing through. Returns true
 * for a request within the rate.
 */
export function makeRateLimit(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  scheduler: Scheduler,
): () => boolean {
  if (perSecond === 0) return () => false;
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
