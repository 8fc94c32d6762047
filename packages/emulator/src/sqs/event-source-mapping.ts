import type { Scheduler } from "../scheduler.ts";
import { type BatchVerdict, judgeBatchResponse } from "./batch-verdict.ts";
import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";
import { type SqsEvent, toSqsEvent } from "./sqs-event.ts";

/** `AWS::Lambda::EventSourceMapping` with an SQS queue, every default resolved. */
export type EventSourceMapping = {
  readonly queue: Queue;
  /** Runs the function: rejects for whatever makes Lambda's invocation fail, a timeout included, and always settles. */
  readonly invoke: (event: SqsEvent) => Promise<unknown>;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly maximumConcurrency: number;
  readonly reportBatchItemFailures: boolean;
};

/** Lambda's own poll, the largest event that a function takes, and how much of an error's text is worth showing. */
const POLL_MILLIS = 20_000;
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const MAX_REASON_CHARACTERS = 300;

/**
 * Lambda's side of a queue. What the function processed is deleted; what it did not stays in flight until its visibility
 * timeout, and then comes again or, received often enough, becomes a dead letter.
 */
export function startEventSourceMapping(
  mapping: EventSourceMapping,
  scheduler: Scheduler,
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();
  const polling = poll(mapping, scheduler, stopping.signal);
  return {
    /** Takes no more messages; resolves when the invocations under way have ended. */
    async stop() {
      stopping.abort();
      await polling;
    },
  };
}

async function poll(mapping: EventSourceMapping, scheduler: Scheduler, stopping: AbortSignal): Promise<void> {
  const running = new Set<Promise<void>>();
  while (!stopping.aborted) {
    if (running.size >= mapping.maximumConcurrency) {
      await Promise.race(running);
      continue;
    }
    const batch = await gather(mapping, scheduler, stopping);
    if (batch.length === 0) continue;
    const run: Promise<void> = process(batch, mapping).finally(() => running.delete(run));
    running.add(run);
  }
  await Promise.all(running);
}

/** A batch is ready when it is full, by count or by bytes, or when its window has passed since its first message. */
async function gather(
  { queue, batchSize, batchingWindowSeconds }: EventSourceMapping,
  scheduler: Scheduler,
  stopping: AbortSignal,
): Promise<Message[]> {
  await queue.arrival(POLL_MILLIS, stopping);
  if (stopping.aborted) return [];
  const batch = queue.receive({ max: batchSize, maxBytes: MAX_EVENT_BYTES });
  const until = scheduler.now() + batchingWindowSeconds * 1000;
  while (batch.length > 0 && batch.length < batchSize && scheduler.now() < until && !stopping.aborted) {
    await queue.arrival(until - scheduler.now(), stopping);
    const maxBytes = MAX_EVENT_BYTES - batch.reduce((sum, { bytes }) => sum + bytes, 0);
    const more = queue.receive({ max: batchSize - batch.length, maxBytes });
    if (more.length === 0) break;
    batch.push(...more);
  }
  // What was gathered when the runtime stops stays in flight.
  return stopping.aborted ? [] : batch;
}

/** The handles are those of this receive: once a message is in another invocation's hands, it is not ours to delete. */
async function process(batch: readonly Message[], mapping: EventSourceMapping): Promise<void> {
  const event = toSqsEvent(batch, mapping.queue.arn);
  const { failed, reason } = await outcomeOf(event, mapping);
  for (const { messageId, receiptHandle } of event.Records) {
    if (failed.has(messageId)) mapping.queue.recordFailure(receiptHandle, reason);
    else mapping.queue.delete(receiptHandle);
  }
}

async function outcomeOf(event: SqsEvent, mapping: EventSourceMapping): Promise<BatchVerdict> {
  const ids = event.Records.map(({ messageId }) => messageId);
  try {
    const response = await mapping.invoke(event);
    return mapping.reportBatchItemFailures ? judgeBatchResponse(response, ids) : { failed: new Set(), reason: "" };
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : "unknown error";
    return { failed: new Set(ids), reason: `the function failed: ${text}`.slice(0, MAX_REASON_CHARACTERS) };
  }
}
