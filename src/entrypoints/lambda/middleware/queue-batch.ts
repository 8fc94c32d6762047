import type { Context } from "aws-lambda";
import {
  batchResponse,
  parseSqsEvent,
  type QueuedMessage,
  type SqsBatchResponse,
} from "../../../adapters/sqs/events/sqs-event.ts";
import type { Clock } from "../../../application/ports/system.ts";
import type { EpochMillis } from "../../../domain/time.ts";
import type { InvocationLog } from "./invocation-log.ts";
import { timeToBegin } from "./time-to-begin.ts";

/** True if the message can be deleted from the queue. Never throws. */
export type ProcessMessage = (message: QueuedMessage, deadline: EpochMillis) => Promise<boolean>;

/**
 * Processes each message of a batch separately: its outcome changes nothing for another. Only the messages named in the
 * response stay in the queue; a thrown error would keep them all.
 */
export async function processBatch(
  event: unknown,
  process: ProcessMessage,
  { log, context, clock }: { readonly log: InvocationLog; readonly context: Context; readonly clock: Clock },
): Promise<SqsBatchResponse> {
  const messages = parseSqsEvent(event);
  const deadline = timeToBegin(context, clock);
  const done = await Promise.all(messages.map((message) => process(message, deadline)));
  const returned = messages.filter((_, index) => !done[index]);
  log.add({ outcome: "answered", messages: messages.length, returned: returned.length });
  return batchResponse(returned);
}
