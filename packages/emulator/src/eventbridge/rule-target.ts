import type { Functions } from "../lambda/functions.ts";
import type { Observe } from "../observer.ts";
import type { OutgoingMessage } from "../sqs/message.ts";
import type { Queue } from "../sqs/queue.ts";
import type { Queues } from "../sqs/queues.ts";
import { type DeliveryFailure, deadLetterAttributes, failureOf, fitted, NOT_PERMITTED } from "./delivery-failure.ts";

/**
 * `deadLetterQueue` is the name of a queue. Policies decide whether the rule is permitted to use the target and to send
 * to that queue. There is no retry policy: within one process a retry would change nothing, so a failed event goes to
 * the dead-letter queue at once. EventBridge does the same with errors that are not retryable.
 */
type Settings = {
  readonly permitted: boolean;
  readonly deadLetterQueue?: string;
  readonly deadLetterQueuePermitted: boolean;
  /** The JSON text that the target gets in place of each event. */
  readonly input?: string;
};

export type QueueTarget = Settings & { readonly queue: string };
export type FunctionTarget = Settings & { readonly functionName: string };

export type Target = {
  /** The name of the queue or function. */
  readonly name: string;
  readonly arn: string;
  readonly permitted: boolean;
  readonly input: string | undefined;
  readonly deadLetterQueue: Queue | undefined;
  /** Returns the reason if the target does not take the event. */
  readonly send: (body: string) => DeliveryFailure | undefined;
};

type Rule = { readonly name: string; readonly eventBusName: string };

/** Throws on a queue that does not exist. The error names the rule. */
export function makeQueueTarget(target: QueueTarget, rule: string, queues: Queues): Target {
  const queue = findQueue(target.queue, rule, queues);
  return {
    ...settingsOf(target, rule, queues),
    ...{ name: queue.settings.name, arn: queue.arn },
    send: (body) => trySend(queue, { body }),
  };
}

/**
 * Makes a target that invokes a function asynchronously: Lambda takes the event, whatever the function makes of it.
 * `track` gets each invocation. Throws on a function that does not exist; the error names the rule.
 */
export function makeFunctionTarget(
  target: FunctionTarget,
  rule: string,
  deps: {
    readonly queues: Queues;
    readonly functions: Functions;
    readonly track: (invocation: Promise<unknown>) => void;
  },
): Target {
  const { functionName: name } = target;
  if (!deps.functions.has(name)) throw new Error(`Rule ${rule}: no function is named ${name}`);
  return {
    ...settingsOf(target, rule, deps.queues),
    ...{ name, arn: deps.functions.arnOf(name) },
    send: (body) => {
      deps.track(deps.functions.invoke(name, JSON.parse(body)));
      return undefined;
    },
  };
}

function settingsOf(target: Settings, rule: string, queues: Queues) {
  const { permitted, deadLetterQueue, deadLetterQueuePermitted, input } = target;
  const deadLetters = deadLetterQueue === undefined ? undefined : findQueue(deadLetterQueue, rule, queues);
  return { permitted, input, deadLetterQueue: deadLetterQueuePermitted ? deadLetters : undefined };
}

function findQueue(name: string, rule: string, queues: Queues): Queue {
  const queue = queues.find(name);
  if (queue === undefined) throw new Error(`Rule ${rule}: no queue is named ${name}`);
  return queue;
}

/** Sends an event to a target, or to its dead letters, or reports it as lost. */
export function deliver(
  event: { readonly eventId: string; readonly body: string },
  rule: Rule,
  target: Target,
  { queues, observe }: { readonly queues: Queues; readonly observe: Observe },
): void {
  const body = target.input ?? event.body;
  const failure = target.permitted ? target.send(body) : NOT_PERMITTED;
  if (failure === undefined) return;
  const { deadLetterQueue } = target;
  const bus = rule.eventBusName === "default" ? "" : `${rule.eventBusName}/`;
  const ruleArn = `arn:aws:events:${queues.region}:${queues.accountId}:rule/${bus}${rule.name}`;
  const attributes = deadLetterAttributes({ ruleArn, targetArn: target.arn, failure });
  const letter = deadLetterQueue && fitted({ body, attributes }, deadLetterQueue.settings.maximumMessageBytes);
  const isKept = deadLetterQueue !== undefined && letter !== undefined && !trySend(deadLetterQueue, letter);
  const outcome = !isKept ? "lost" : letter.body === body ? "dead-lettered" : "cut";
  const { eventId } = event;
  observe({ kind: "event-undelivered", eventId, rule: rule.name, target: target.name, code: failure.code, outcome });
}

function trySend(queue: Queue, message: OutgoingMessage): DeliveryFailure | undefined {
  try {
    queue.send(message);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}
