import type { RetryPolicy } from "./retry-policy.ts";

/**
 * `deadLetterQueue` is the name of a queue. Policies decide whether the rule is permitted to use the target and to send
 * to that queue.
 */
type Settings = {
  readonly permitted: boolean;
  readonly deadLetterQueue?: string;
  readonly deadLetterQueuePermitted: boolean;
  /** The JSON text that the target gets in place of each event. */
  readonly input?: string;
  readonly retryPolicy?: Partial<RetryPolicy>;
};

export type QueueTarget = Settings & { readonly queue: string };
export type FunctionTarget = Settings & { readonly functionName: string };
export type RuleTarget = QueueTarget | FunctionTarget;
