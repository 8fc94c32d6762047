import type { Scheduler } from "../scheduler.ts";
import { type BatchVerdict, judgeBatchResponse } from "./batch-verdict.ts";
import type { EventFilter } from "./event-filter.ts";
import type { Message } from "./message.ts";
import type { Queue, Receipt } from "./queue.ts";
import { type SqsEvent, toSqsEvent } from "./sqs-event.ts";

/** An `AWS::Lambda::EventSourceMapping` with an SQS queue, with all defaults filled in. */
export type EventSourceMapping = {
  readonly queue: Queue;
  /** Runs the function. Rejects if the invocation fails, also by a timeout; always settles. */
  readonly invoke: (event: SqsEvent) => Promise<unknown>;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly maximumConcurrency: number;
  readonly reportBatchItemFailures: boolean;
  /** Absent if the function gets all messages. */
  readonly filter?: EventFilter;
};

/** The length of Lambda's own poll, the largest event of a function, and the length of an error's text in the report. */
const POLL_MILLIS = 20_000;
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const MAX_REASON_CHARACTERS = 300;

/**
 * Lambda's side of a queue. Processed messages are deleted. Failed messages stay in flight until their visibility
 * timeout; then they are received again or, after too many receives, become dead letters.
 */
export function startEventSourceMapping(
  mapping: EventSourceMapping,
  scheduler: Scheduler,
): { readonly stop: () => Promise<void> } {
  const stopping = new AbortController();
  const polling = poll(mapping, scheduler, stopping.signal);
  return {
    /** Receives no more messages. Resolves when the current invocations have ended. */
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

/** A batch is ready when it is full, by count or by bytes, or when its window since the first message is over. */
async function gather(mapping: EventSourceMapping, scheduler: Scheduler, stopping: AbortSignal): Promise<Message[]> {
  const { queue, batchSize, batchingWindowSeconds } = mapping;
  await queue.arrival(POLL_MILLIS, stopping);
  if (stopping.aborted) return [];
  const { matching: batch } = receive(mapping, { max: batchSize, maxBytes: MAX_EVENT_BYTES });
  const until = scheduler.now() + batchingWindowSeconds * 1000;
  while (batch.length > 0 && batch.length < batchSize && scheduler.now() < until && !stopping.aborted) {
    await queue.arrival(until - scheduler.now(), stopping);
    const maxBytes = MAX_EVENT_BYTES - batch.reduce((sum, { bytes }) => sum + bytes, 0);
    const more = receive(mapping, { max: batchSize - batch.length, maxBytes });
    if (more.received === 0) break;
    batch.push(...more.matching);
  }
  // When the emulator stops, the gathered messages stay in flight.
  return stopping.aborted ? [] : batch;
}

/** Receives messages, and deletes those that the mapping's filter does not let through. */
function receive(
  { queue, filter }: EventSourceMapping,
  receipt: Receipt,
): { readonly received: number; readonly matching: Message[] } {
  const messages = queue.receive(receipt);
  const matching: Message[] = [];
  for (const message of messages) {
    if (filter === undefined || filter(message, queue.arn)) matching.push(message);
    else queue.delete(message.receiptHandle ?? "");
  }
  return { received: messages.length, matching };
}

/** The handles belong to this receive: they cannot delete a message that another invocation has received since. */
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
