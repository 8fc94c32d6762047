import type { Functions } from "../lambda/functions.ts";
import type { Observe } from "../observer.ts";
import type { Cancel, Scheduler } from "../scheduler.ts";
import type { OutgoingMessage } from "../sqs/message.ts";
import type { Queue } from "../sqs/queue.ts";
import type { Queues } from "../sqs/queues.ts";
import {
  type DeadLetter,
  type DeliveryFailure,
  deadLetterAttributes,
  failureOf,
  fitted,
  isRetryable,
  NOT_PERMITTED,
} from "./delivery-failure.ts";
import { DEFAULT_RETRY_POLICY, exhaustedCondition, type RetryPolicy, retryWaitMillis } from "./retry-policy.ts";
import type { RuleTarget } from "./rule-target.ts";

export type Target = {
  /** The name of the queue or function. */
  readonly name: string;
  readonly arn: string;
  readonly permitted: boolean;
  readonly input: string | undefined;
  readonly deadLetterQueue: Queue | undefined;
  readonly retryPolicy: RetryPolicy;
  /** Returns the reason if the target does not take the event. */
  readonly send: (body: string) => DeliveryFailure | undefined;
};

type Rule = { readonly name: string; readonly eventBusName: string };
type Event = { readonly eventId: string; readonly body: string };

export type Delivery = {
  /** Throws on a queue or function that does not exist. The error names the rule. */
  makeTarget(target: RuleTarget, rule: string): Target;
  /**
   * Sends an event to a target. If the target cannot take it now, it is sent again as the retry policy says. When the
   * retries end, or at once after a failure that no retry would cure, it goes to the dead letters or is reported as lost.
   */
  deliver(event: Event, rule: Rule, target: Target): void;
  /** Ends all retries. */
  stop(): void;
};

/** The memory for events that wait for a retry. Further ones are not sent again. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

export function makeDelivery(deps: {
  readonly queues: Queues;
  readonly functions: Pick<Functions, "has" | "arnOf">;
  /** Lambda takes the event, whatever the function makes of it. */
  readonly invokeAsynchronously: (functionName: string, event: unknown) => void;
  readonly scheduler: Scheduler;
  readonly observe: Observe;
  /** A number from 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}): Delivery {
  const { queues, functions, scheduler, observe, random = Math.random } = deps;
  const waiting = new Set<Cancel>();
  let waitingBytes = 0;
  let isStopped = false;

  function attempt(
    event: Event,
    rule: Rule,
    target: Target,
    since: { readonly at: number; readonly attempts: number },
  ): void {
    const failure = target.permitted ? target.send(target.input ?? event.body) : NOT_PERMITTED;
    if (failure === undefined) return;
    if (!isRetryable(failure)) {
      discard(event, rule, target, { failure });
      return;
    }
    if (isStopped) return;
    const { attempts } = since;
    const exhausted = exhaustedCondition(target.retryPolicy, { attempts, ageMillis: scheduler.now() - since.at });
    // The event itself waits, also if the target gets its input in place of it.
    const bytes = Buffer.byteLength(event.body);
    if (exhausted !== undefined || waitingBytes + bytes > MAX_WAITING_BYTES) {
      discard(event, rule, target, { failure, retries: { attempts, exhausted } });
      return;
    }
    const afterMillis = retryWaitMillis(attempts, random());
    const { code } = failure;
    observe({ kind: "event-retried", eventId: event.eventId, rule: rule.name, target: target.name, code, afterMillis });
    waitingBytes += bytes;
    const cancel = scheduler.after(afterMillis, () => {
      waiting.delete(cancel);
      waitingBytes -= bytes;
      attempt(event, rule, target, { at: since.at, attempts: attempts + 1 });
    });
    waiting.add(cancel);
  }

  function discard(event: Event, rule: Rule, target: Target, why: Pick<DeadLetter, "failure" | "retries">): void {
    const body = target.input ?? event.body;
    const { deadLetterQueue } = target;
    const bus = rule.eventBusName === "default" ? "" : `${rule.eventBusName}/`;
    const ruleArn = `arn:aws:events:${queues.region}:${queues.accountId}:rule/${bus}${rule.name}`;
    const attributes = deadLetterAttributes({ ruleArn, targetArn: target.arn, ...why });
    const letter = deadLetterQueue && fitted({ body, attributes }, deadLetterQueue.settings.maximumMessageBytes);
    const isKept = deadLetterQueue !== undefined && letter !== undefined && !trySend(deadLetterQueue, letter);
    const outcome = !isKept ? "lost" : letter.body === body ? "dead-lettered" : "cut";
    const { code } = why.failure;
    const { eventId } = event;
    observe({ kind: "event-undelivered", eventId, rule: rule.name, target: target.name, code, outcome });
  }

  return {
    makeTarget(target, rule) {
      const settings = settingsOf(target, rule, queues);
      if ("queue" in target) {
        const queue = findQueue(target.queue, rule, queues);
        return { ...settings, name: queue.settings.name, arn: queue.arn, send: (body) => trySend(queue, { body }) };
      }
      const { functionName: name } = target;
      if (!functions.has(name)) throw new Error(`Rule ${rule}: no function is named ${name}`);
      return {
        ...{ ...settings, name, arn: functions.arnOf(name) },
        send(body) {
          deps.invokeAsynchronously(name, JSON.parse(body));
          return undefined;
        },
      };
    },
    deliver: (event, rule, target) => attempt(event, rule, target, { at: scheduler.now(), attempts: 0 }),
    stop() {
      isStopped = true;
      for (const cancel of waiting) cancel();
      waiting.clear();
    },
  };
}

function settingsOf(target: RuleTarget, rule: string, queues: Queues) {
  const { permitted, deadLetterQueue, deadLetterQueuePermitted, input, retryPolicy } = target;
  const deadLetters = deadLetterQueue === undefined ? undefined : findQueue(deadLetterQueue, rule, queues);
  return {
    ...{ permitted, input, retryPolicy: { ...DEFAULT_RETRY_POLICY, ...retryPolicy } },
    deadLetterQueue: deadLetterQueuePermitted ? deadLetters : undefined,
  };
}

function findQueue(name: string, rule: string, queues: Queues): Queue {
  const queue = queues.find(name);
  if (queue === undefined) throw new Error(`Rule ${rule}: no queue is named ${name}`);
  return queue;
}

function trySend(queue: Queue, message: OutgoingMessage): DeliveryFailure | undefined {
  try {
    queue.send(message);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}
