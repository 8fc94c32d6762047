import type { HttpService } from "../http/http-service.ts";
import type { Observe } from "../observer.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";
import type { Queues } from "./queues.ts";

const MAX_MESSAGES = 100;
const MAX_BODY_CHARACTERS = 32_768;

/** The fate of all messages of a queue. Together with the messages that are still in it, they add up to `sent`. */
export type QueueTotals = { sent: number; deleted: number; deadLettered: number; expired: number; purged: number };

/** Counts the messages of each queue as it observes them. */
export class QueueCounters {
  readonly #totals = new Map<string, QueueTotals>();

  of(queue: string): QueueTotals {
    const known = this.#totals.get(queue);
    if (known !== undefined) return known;
    const totals: QueueTotals = { sent: 0, deleted: 0, deadLettered: 0, expired: 0, purged: 0 };
    this.#totals.set(queue, totals);
    return totals;
  }

  readonly observe: Observe = (event) => {
    if (event.kind === "message-sent") this.of(event.queue).sent += 1;
    if (event.kind === "message-deleted") this.of(event.queue)[event.why] += 1;
    if (event.kind === "message-dead-lettered") {
      this.of(event.queue).deadLettered += 1;
      this.of(event.deadLetterQueue).sent += 1;
    }
  };
}

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
  return async ({ method, path }) => {
    if (path !== "/_local/queues") return undefined;
    if (method !== "GET") return { status: 405, headers: { allow: "GET" }, body: "" };
    const queues = deps.queues.all.map((queue) => {
      return describeQueue(queue, deps.counters.of(queue.settings.name), deps.scheduler.now());
    });
    return {
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
      body: `${JSON.stringify({ queues }, null, 2)}\n`,
    };
  };
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
