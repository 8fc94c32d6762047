/** A rule for events of the source `CLI`, its queue `updates` with dead letters, and the function `Notify` behind it. */
export function queueToFunction({ visibilityTimeoutSeconds }: { readonly visibilityTimeoutSeconds: number }) {
  return {
    queues: [
      { name: "updates", visibilityTimeoutSeconds, deadLetters: { queue: "dead", maxReceiveCount: 1 } },
      { name: "dead" },
    ],
    rules: [
      {
        name: "rule",
        eventBusName: "default",
        eventPattern: { source: ["CLI"] },
        targets: [{ queue: "updates", permitted: true, deadLetterQueuePermitted: false }],
      },
    ],
    eventSourceMappings: [
      {
        functionName: "Notify",
        queue: "updates",
        batchSize: 10,
        batchingWindowSeconds: 0,
        reportBatchItemFailures: true,
      },
    ],
  };
}
