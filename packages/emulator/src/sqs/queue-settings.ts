/** A queue as the template declares it, with all defaults filled in. */
export type QueueSettings = {
  readonly name: string;
  readonly visibilityTimeoutSeconds: number;
  readonly delaySeconds: number;
  readonly receiveWaitSeconds: number;
  readonly retentionSeconds: number;
  readonly maximumMessageBytes: number;
  /** `queue` is the name of the dead-letter queue. */
  readonly deadLetters?: { readonly queue: string; readonly maxReceiveCount: number };
};

/** SQS's own defaults, the maximum size being 1 MiB since January 2026. */
export function queueSettings(given: Partial<QueueSettings> & { readonly name: string }): QueueSettings {
  return {
    visibilityTimeoutSeconds: 30,
    delaySeconds: 0,
    receiveWaitSeconds: 0,
    retentionSeconds: 4 * 24 * 3600,
    maximumMessageBytes: 1_048_576,
    ...given,
  };
}
