/** An `AWS::Events::Rule` with an event pattern, or a SAM function's `EventBridgeRule` event. */
export type Rule = {
  readonly name: string;
  /** `default` unless the template names one. */
  readonly eventBusName: string;
  readonly eventPattern: unknown;
  readonly targets: readonly RuleTarget[];
};

/**
 * `queue` and `deadLetterQueue` are names of queues; permitted is what the queue's policy lets the rule send to. There
 * is no retry policy: within one process a delivery fails for good or not at all, and what fails for good goes to the
 * dead-letter queue at once, as EventBridge does with errors that no retry mends.
 */
export type RuleTarget = {
  readonly queue: string;
  readonly permitted: boolean;
  readonly deadLetterQueue?: string;
  readonly deadLetterQueuePermitted: boolean;
};
