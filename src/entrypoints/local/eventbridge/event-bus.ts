import { randomUUID } from "node:crypto";
import type { PlainObject } from "../../../domain/own-property.ts";
import { AwsError } from "../aws-json/aws-error.ts";
import type { Queue } from "../sqs/queue.ts";
import type { Queues } from "../sqs/queues.ts";
import { compileEventPattern, type EventMatcher } from "./event-pattern.ts";
import type { Rule } from "./rule.ts";

export type BusEvent = {
  readonly detailType: string;
  readonly source: string;
  readonly time: number;
  readonly resources: readonly string[];
  readonly detail: PlainObject;
};

/** Gives the event's id. An event that no rule matches, or on a bus that nobody made, is accepted and gone, as on AWS. */
export type EventBus = { publish(event: BusEvent, eventBusName: string): string };

type Target = { readonly queue: Queue; readonly deadLetterQueue: Queue | undefined };
type CompiledRule = Pick<Rule, "name" | "eventBusName"> & {
  readonly matches: EventMatcher;
  readonly targets: readonly Target[];
};

/** Throws on rules that cannot work: InvalidEventPatternError, or a queue that there is not. */
export function createEventBus(deps: {
  readonly rules: readonly Rule[];
  readonly queues: Queues;
  /** Told of events that reach nobody: constant text, the event's id and names from the template. */
  readonly note: (line: string) => void;
}): EventBus {
  const rules = deps.rules.map((rule) => compileRule(rule, deps.queues));
  return {
    publish(event, eventBusName) {
      const envelope = toEnvelope(event, deps.queues);
      const matching = rules.filter((rule) => rule.eventBusName === eventBusName && rule.matches(envelope));
      const body = JSON.stringify(envelope);
      for (const rule of matching) {
        for (const target of rule.targets) deliver(body, rule, target, deps);
      }
      if (matching.length === 0) deps.note(`event ${envelope.id} matches no rule`);
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
    matches: compileEventPattern(eventPattern),
    targets: targets.map(({ queue, deadLetterQueue }) => ({
      queue: find(queue),
      deadLetterQueue: deadLetterQueue === undefined ? undefined : find(deadLetterQueue),
    })),
  };
}

/** EventBridge user guide, "Event structure reference". Seconds, since EventBridge cuts the rest off. */
function toEnvelope(event: BusEvent, { accountId, region }: Queues) {
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": event.detailType,
    source: event.source,
    account: accountId,
    time: new Date(event.time).toISOString().replace(/\.\d+Z$/, "Z"),
    region,
    resources: event.resources,
    detail: event.detail,
  };
}

function deliver(
  body: string,
  rule: CompiledRule,
  { queue, deadLetterQueue }: Target,
  deps: { readonly queues: Queues; readonly note: (line: string) => void },
): void {
  try {
    queue.send({ body });
  } catch (error) {
    const reason = error instanceof AwsError ? error : new AwsError("InternalFailure", "Internal failure");
    if (!sendToDeadLetters(body, rule, { queue, deadLetterQueue }, deps.queues, reason)) {
      deps.note(`an event for rule ${rule.name} could not be delivered (${reason.code}) and is lost`);
    }
  }
}

/** The attributes are those of the user guide's "Using dead-letter queues to process undelivered events". */
function sendToDeadLetters(
  body: string,
  rule: CompiledRule,
  { queue, deadLetterQueue }: Target,
  { accountId, region }: Queues,
  reason: AwsError,
): boolean {
  const bus = rule.eventBusName === "default" ? "" : `${rule.eventBusName}/`;
  const texts = {
    RULE_ARN: `arn:aws:events:${region}:${accountId}:rule/${bus}${rule.name}`,
    TARGET_ARN: queue.arn,
    ERROR_CODE: reason.code,
    ERROR_MESSAGE: reason.message,
  };
  const attributes = new Map(
    Object.entries(texts).map(([name, stringValue]) => [name, { dataType: "String", stringValue }]),
  );
  try {
    return deadLetterQueue?.send({ body, attributes }) !== undefined;
  } catch {
    return false;
  }
}
