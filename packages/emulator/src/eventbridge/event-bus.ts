import type { Observe } from "../observer.ts";
import type { OutgoingMessage } from "../sqs/message.ts";
import type { Queue } from "../sqs/queue.ts";
import type { Queues } from "../sqs/queues.ts";
import { type BusEvent, eventBody, toEnvelope } from "./bus-event.ts";
import { busNameOf } from "./bus-name.ts";
import { type DeliveryFailure, deadLetterAttributes, failureOf, fitted, NOT_PERMITTED } from "./delivery-failure.ts";
import { compileEventPattern, type EventMatcher } from "./event-pattern.ts";
import { InvalidEventPatternError } from "./pattern-operators.ts";

/** An `AWS::Events::Rule` with an event pattern, or a SAM function's `EventBridgeRule` event. */
export type Rule = {
  readonly name: string;
  /** `default` unless the template names one. */
  readonly eventBusName: string;
  readonly eventPattern: unknown;
  readonly targets: readonly RuleTarget[];
};

/**
 * `queue` and `deadLetterQueue` are names of queues. The queues' policies decide whether the rule is permitted to send to
 * them. There is no retry policy: within one process a retry would change nothing, so a failed event goes to the
 * dead-letter queue at once. EventBridge does the same with errors that are not retryable.
 */
export type RuleTarget = {
  readonly queue: string;
  readonly permitted: boolean;
  readonly deadLetterQueue?: string;
  readonly deadLetterQueuePermitted: boolean;
};

/**
 * Takes the name or the ARN of a bus. Returns the event's id. An event on an unknown bus, or without a matching rule, is
 * accepted and lost, as on AWS (github.com/aws/aws-sdk issue 186).
 */
export type EventBus = { publish(event: BusEvent, bus: string): string };

type Target = { readonly queue: Queue; readonly permitted: boolean; readonly deadLetterQueue: Queue | undefined };
type CompiledRule = Pick<Rule, "name" | "eventBusName"> & {
  readonly matches: EventMatcher;
  readonly targets: readonly Target[];
};

/** Throws on a rule with an invalid pattern or an unknown queue. The error names the rule. */
export function makeEventBus(deps: {
  readonly rules: readonly Rule[];
  readonly queues: Queues;
  readonly observe: Observe;
}): EventBus {
  const rules = deps.rules.map((rule) => compileRule(rule, deps.queues));
  return {
    publish(event, bus) {
      const eventBusName = busNameOf(bus, deps.queues);
      const envelope = toEnvelope(event, deps.queues);
      const whole = { ...envelope, detail: event.detail.value };
      const matching = rules.filter((rule) => rule.eventBusName === eventBusName && rule.matches(whole));
      const { source, detailType, detail } = event;
      deps.observe({
        kind: "event-published",
        ...{ eventId: envelope.id, eventBusName, source, detailType },
        rules: matching.map(({ name, targets }) => ({
          name,
          targets: targets.map(({ queue }) => queue.settings.name),
        })),
        detail: () => detail.text,
      });
      const published = { eventId: envelope.id, body: eventBody(envelope, detail) };
      for (const rule of matching) {
        for (const target of rule.targets) deliver(published, rule, target, deps);
      }
      return envelope.id;
    },
  };
}

function compileRule({ name, eventBusName, eventPattern, targets }: Rule, queues: Queues): CompiledRule {
  const find = (queue: string) => {
    const found = queues.find(queue);
    if (found === undefined) throw new Error(`Rule ${name}: no queue is named ${queue}`);
    return found;
  };
  return {
    name,
    eventBusName,
    matches: compilePattern(name, eventPattern),
    targets: targets.map((target) => compileTarget(target, find)),
  };
}

function compilePattern(ruleName: string, eventPattern: unknown): EventMatcher {
  try {
    return compileEventPattern(eventPattern);
  } catch (error) {
    if (!(error instanceof InvalidEventPatternError)) throw error;
    throw new Error(`Rule ${ruleName}: ${error.message}`, { cause: error });
  }
}

function compileTarget(
  { queue, permitted, deadLetterQueue, deadLetterQueuePermitted }: RuleTarget,
  find: (queue: string) => Queue,
): Target {
  const deadLetters = deadLetterQueue === undefined ? undefined : find(deadLetterQueue);
  return { queue: find(queue), permitted, deadLetterQueue: deadLetterQueuePermitted ? deadLetters : undefined };
}

function deliver(
  { eventId, body }: { readonly eventId: string; readonly body: string },
  rule: CompiledRule,
  { queue, permitted, deadLetterQueue }: Target,
  { queues, observe }: { readonly queues: Queues; readonly observe: Observe },
): void {
  const failure = permitted ? trySend(queue, { body }) : NOT_PERMITTED;
  if (failure === undefined) return;
  const bus = rule.eventBusName === "default" ? "" : `${rule.eventBusName}/`;
  const ruleArn = `arn:aws:events:${queues.region}:${queues.accountId}:rule/${bus}${rule.name}`;
  const attributes = deadLetterAttributes({ ruleArn, targetArn: queue.arn, failure });
  const letter = deadLetterQueue && fitted({ body, attributes }, deadLetterQueue.settings.maximumMessageBytes);
  const isKept = deadLetterQueue !== undefined && letter !== undefined && !trySend(deadLetterQueue, letter);
  const outcome = !isKept ? "lost" : letter.body === body ? "dead-lettered" : "cut";
  const target = queue.settings.name;
  observe({ kind: "event-undelivered", eventId, rule: rule.name, target, code: failure.code, outcome });
}

function trySend(queue: Queue, message: OutgoingMessage): DeliveryFailure | undefined {
  try {
    queue.send(message);
    return undefined;
  } catch (error) {
    return failureOf(error);
  }
}
