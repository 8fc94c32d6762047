import type { HttpService } from "../http/http-service.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Message } from "../sqs/message.ts";
import type { Queue } from "../sqs/queue.ts";
import type { QueueCounters, QueueTotals } from "../sqs/queue-counters.ts";
import type { Queues } from "../sqs/queues.ts";
import { makeReport } from "./report.ts";

const MAX_MESSAGES = 100;
const MAX_BODY_CHARACTERS = 32_768;

/**
 * `GET /_local/queues`, for debugging: above all the dead letters and their reasons. The totals are history, so they are
 * counted from events. The messages are the present state and come from the queues themselves: a second list, kept from
 * events, could disagree with the messages that consumers receive.
 */
export function makeQueueReport(deps: {
  readonly queues: Queues;
  readonly counters: QueueCounters;
  readonly scheduler: Scheduler;
}): HttpService {
  return makeReport("/_local/queues", () => ({
    queues: deps.queues.all.map((queue) => {
      return describeQueue(queue, deps.counters.of(queue.settings.name), deps.scheduler.now());
    }),
  }));
}

function describeQueue(queue: Queue, totals: QueueTotals, now: number): object {
  return {
    name: queue.settings.name,
    arn: queue.arn,
    ...queue.counts(),
    totals,
    ...(queue.settings.deadLetters !== undefined && { deadLetters: queue.settings.deadLetters }),
    messages: queue
      .messages()
      .slice(0, MAX_MESSAGES)
      .map((message) => describeMessage(message, now)),
  };
}

function describeMessage(message: Message, now: number): object {
  const texts = [...message.attributes].map(([name, { stringValue }]) => [name, stringValue ?? "(binary)"]);
  return {
    messageId: message.id,
    state: message.visibleAt <= now ? "visible" : message.receiptHandle === undefined ? "delayed" : "in flight",
    sentAt: new Date(message.sentAt).toISOString(),
    receiveCount: message.receiveCount,
    ...(message.deadLetterSourceArn !== undefined && { deadLetterOf: message.deadLetterSourceArn }),
    ...(message.lastFailure !== undefined && { reason: message.lastFailure }),
    ...(texts.length > 0 && { attributes: Object.fromEntries(texts) }),
    body: message.body.slice(0, MAX_BODY_CHARACTERS),
    ...(message.body.length > MAX_BODY_CHARACTERS && { bodyLength: message.body.length }),
  };
}
