import type { HttpService } from "../http/http-service.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Message } from "./message.ts";
import type { Queue } from "./queue.ts";
import type { Queues } from "./queues.ts";

const MAX_MESSAGES = 100;
const MAX_BODY_CHARACTERS = 32_768;

/** `GET /_local/queues`: what somebody debugging wants to know, dead letters and their reasons above all. */
export function makeQueueReport(deps: { readonly queues: Queues; readonly scheduler: Scheduler }): HttpService {
  return async ({ method, path }) => {
    if (path !== "/_local/queues") return undefined;
    if (method !== "GET") return { status: 405, headers: { allow: "GET" }, body: "" };
    const queues = deps.queues.all.map((queue) => describeQueue(queue, deps.scheduler.now()));
    return {
      status: 200,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
      body: `${JSON.stringify({ queues }, null, 2)}\n`,
    };
  };
}

function describeQueue(queue: Queue, now: number): object {
  return {
    name: queue.settings.name,
    arn: queue.arn,
    ...queue.counts(),
    totals: queue.totals,
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
