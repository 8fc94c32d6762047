import type { Observe } from "../observer.ts";
import type { Queues } from "../sqs/queues.ts";
import { type BusEvent, eventBody, toEnvelope } from "./bus-event.ts";
import { busNameOf } from "./bus-name.ts";
import type { Delivery, Target } from "./delivery.ts";
import { compileEventPattern, type EventMatcher } from "./event-pattern.ts";
import { InvalidEventPatternError } from "./pattern-operators.ts";
import type { RuleTarget } from "./rule-target.ts";

/** An `AWS::Events::Rule` with an event pattern. */
export type Rule = {
  readonly name: string;
  /** `default` unless the template names one. */
  readonly eventBusName: string;
  readonly eventPattern: unknown;
  readonly targets: readonly RuleTarget[];
};

/**
 * Takes the name or the ARN of a bus. Returns the event's id. An event on an unknown bus, or without a matching rule, is
 * accepted and lost, as on AWS (github.com/aws/aws-sdk issue 186).
 */
export type EventBus = { publish(event: BusEvent, bus: string): string };

type CompiledRule = Pick<Rule, "name" | "eventBusName"> & {
  readonly matches: EventMatcher;
  readonly targets: readonly Target[];
};

/** Throws on a rule with an invalid pattern or an unknown target. The error names the rule. */
export function makeEventBus(deps: {
  readonly rules: readonly Rule[];
  readonly queues: Queues;
  readonly delivery: Delivery;
  readonly observe: Observe;
}): EventBus {
  const rules = deps.rules.map((rule) => compileRule(rule, deps.delivery));
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
        rules: matching.map(({ name, targets }) => ({ name, targets: targets.map((target) => target.name) })),
        detail: () => detail.text,
      });
      const published = { eventId: envelope.id, body: eventBody(envelope, detail) };
      for (const rule of matching) {
        for (const target of rule.targets) deps.delivery.deliver(published, rule, target);
      }
      return envelope.id;
    },
  };
}

function compileRule({ name, eventBusName, eventPattern, targets }: Rule, delivery: Delivery): CompiledRule {
  return {
    name,
    eventBusName,
    matches: compilePattern(name, eventPattern),
    targets: targets.map((target) => delivery.makeTarget(target, name)),
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
