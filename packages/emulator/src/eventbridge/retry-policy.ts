/** How long an event is sent again to a target that cannot take it now. */
export type RetryPolicy = { readonly maximumRetryAttempts: number; readonly maximumEventAgeSeconds: number };

/** EventBridge's defaults, which are also the highest values (user guide, "How EventBridge retries delivering events"). */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { maximumRetryAttempts: 185, maximumEventAgeSeconds: 86_400 };

export type ExhaustedCondition = "MaximumRetryAttempts" | "MaximumEventAgeInSeconds";

/** EventBridge waits "with an exponential back off and jitter". How long is not published. */
const FIRST_WAIT_MILLIS = 1_000;
const LONGEST_WAIT_MILLIS = 600_000;

/** `random` is from 0 to 1. The wait is from a half of its full length to the whole. */
export function retryWaitMillis(attempts: number, random: number): number {
  const whole = Math.min(FIRST_WAIT_MILLIS * 2 ** attempts, LONGEST_WAIT_MILLIS);
  return Math.round(whole * (0.5 + random / 2));
}

/** Returns the condition that ends the retries, for an event that was sent `attempts` times again already. */
export function exhaustedCondition(
  { maximumRetryAttempts, maximumEventAgeSeconds }: RetryPolicy,
  { attempts, ageMillis }: { readonly attempts: number; readonly ageMillis: number },
): ExhaustedCondition | undefined {
  if (attempts >= maximumRetryAttempts) return "MaximumRetryAttempts";
  return ageMillis >= maximumEventAgeSeconds * 1000 ? "MaximumEventAgeInSeconds" : undefined;
}
