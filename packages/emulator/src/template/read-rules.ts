import { busNameOf } from "../eventbridge/bus-name.ts";
import type { Rule, RuleTarget } from "../eventbridge/event-bus.ts";
import { compileEventPattern } from "../eventbridge/event-pattern.ts";
import { InvalidEventPatternError } from "../eventbridge/pattern-operators.ts";
import { mayRuleSend, type QueuePolicy, readQueuePolicies } from "./queue-policies.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

export function readRules(stack: Stack): readonly Rule[] {
  const policies = readQueuePolicies(stack);
  return stack.resources.ofType("AWS::Events::Rule").flatMap((rule) => {
    const { properties } = rule;
    if (!isEnabled(properties)) return [];
    checkPattern(properties);
    const grant = { policies, ruleArn: stack.arnOf(rule) };
    return [
      {
        name: stack.nameOf(rule),
        eventBusName: busNameOf(properties.text("EventBusName", "default"), stack.account),
        eventPattern: properties.map("EventPattern"),
        targets: properties.sections("Targets").map((target) => readTarget(target, stack, grant)),
      },
    ];
  });
}

const STATES = new Map([
  ["DISABLED", false],
  ["ENABLED", true],
  ["ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", true],
]);

function isEnabled(properties: Section): boolean {
  const enabled = STATES.get(properties.text("State", "ENABLED"));
  if (enabled === undefined) throw properties.problem("State", "is not a state of a rule");
  return enabled;
}

function checkPattern(properties: Section): void {
  try {
    compileEventPattern(properties.map("EventPattern"));
  } catch (error) {
    if (!(error instanceof InvalidEventPatternError)) throw error;
    throw properties.problem("EventPattern", `is refused by EventBridge: ${error.message}`);
  }
}

function readTarget(
  target: Section,
  stack: Stack,
  { policies, ruleArn }: { readonly policies: readonly QueuePolicy[]; readonly ruleArn: string },
): RuleTarget {
  const permitted = (queueArn: string) => mayRuleSend(policies, { queueArn, ruleArn });
  const deadLetters = target.section("DeadLetterConfig");
  return {
    queue: stack.queueAt(target, "Arn"),
    permitted: permitted(target.text("Arn")),
    ...(deadLetters.has("Arn") && { deadLetterQueue: stack.queueAt(deadLetters, "Arn") }),
    deadLetterQueuePermitted: deadLetters.has("Arn") && permitted(deadLetters.text("Arn")),
  };
}
