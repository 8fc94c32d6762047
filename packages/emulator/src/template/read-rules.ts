import { busNameOf } from "../eventbridge/bus-name.ts";
import type { Rule } from "../eventbridge/event-bus.ts";
import { compileEventPattern } from "../eventbridge/event-pattern.ts";
import { InvalidEventPatternError } from "../eventbridge/pattern-operators.ts";
import type { RetryPolicy } from "../eventbridge/retry-policy.ts";
import type { RuleTarget } from "../eventbridge/rule-target.ts";
import { parseJson } from "../json.ts";
import { mayRuleSend, type QueuePolicy, readQueuePolicies } from "./queue-policies.ts";
import { mayRuleInvoke } from "./read-permissions.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** The rules with an event pattern that are switched on. */
export function readRules(stack: Stack): readonly Rule[] {
  const policies = readQueuePolicies(stack);
  return stack.resources.ofType("AWS::Events::Rule").flatMap((rule) => {
    const { properties } = rule;
    if (!isEnabled(properties)) return [];
    // A rule may have both.
    if (properties.has("ScheduleExpression") && !properties.has("EventPattern")) return [];
    checkPattern(properties, "EventPattern");
    return [
      {
        name: stack.nameOf(rule),
        eventBusName: busNameOf(properties.text("EventBusName", "default"), stack.account),
        eventPattern: properties.map("EventPattern"),
        targets: properties
          .sections("Targets")
          .map((target) => readTarget(target, stack, { policies, ruleArn: stack.arnOf(rule) })),
      },
    ];
  });
}

const STATES = new Map([
  ["DISABLED", false],
  ["ENABLED", true],
  ["ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", true],
]);

/** True unless the rule is switched off. */
export function isEnabled(properties: Section): boolean {
  const enabled = STATES.get(properties.text("State", "ENABLED"));
  if (enabled === undefined) throw properties.problem("State", "is not a state of a rule");
  return enabled;
}

/** Throws TemplateError on a pattern that EventBridge refuses. */
export function checkPattern(properties: Section, name: "EventPattern" | "Pattern"): void {
  try {
    compileEventPattern(properties.map(name));
  } catch (error) {
    if (!(error instanceof InvalidEventPatternError)) throw error;
    throw properties.problem(name, `is refused by EventBridge: ${error.message}`);
  }
}

/** The rule that sends, with the policies that may permit it. */
export type Sender = { readonly policies: readonly QueuePolicy[]; readonly ruleArn: string };

/** Reads a target, which is a queue or a function of the template. */
export function readTarget(target: Section, stack: Stack, sender: Sender): RuleTarget {
  if (stack.isFunction(target.text("Arn"))) {
    const invoked = stack.invokedAt(target, "Arn");
    return {
      functionName: invoked.functionName,
      permitted: mayRuleInvoke(stack, { ...invoked, ruleArn: sender.ruleArn }),
      ...readTargetSettings(target, stack, sender),
    };
  }
  return {
    queue: stack.queueAt(target, "Arn"),
    permitted: maySend(target.text("Arn"), sender),
    ...readTargetSettings(target, stack, sender),
  };
}

/** Reads what a target has beside its ARN. Throws TemplateError. */
export function readTargetSettings(
  target: Section,
  stack: Stack,
  sender: Sender,
): Pick<RuleTarget, "deadLetterQueue" | "deadLetterQueuePermitted" | "input" | "retryPolicy"> {
  const deadLetters = target.section("DeadLetterConfig");
  return {
    ...(deadLetters.has("Arn") && { deadLetterQueue: stack.queueAt(deadLetters, "Arn") }),
    deadLetterQueuePermitted: deadLetters.has("Arn") && maySend(deadLetters.text("Arn"), sender),
    ...(target.has("Input") && { input: readInput(target) }),
    ...(target.isGiven("RetryPolicy") && { retryPolicy: readRetryPolicy(target.section("RetryPolicy")) }),
  };
}

function readRetryPolicy(policy: Section): Partial<RetryPolicy> {
  return {
    ...(policy.has("MaximumRetryAttempts") && { maximumRetryAttempts: policy.integer("MaximumRetryAttempts", 0, 185) }),
    ...(policy.has("MaximumEventAgeInSeconds") && {
      maximumEventAgeSeconds: policy.integer("MaximumEventAgeInSeconds", 60, 86_400),
    }),
  };
}

function readInput(target: Section): string {
  const input = target.text("Input");
  if (parseJson(input) === undefined) throw target.problem("Input", "is not JSON");
  return input;
}

function maySend(queueArn: string, { policies, ruleArn }: Sender): boolean {
  return mayRuleSend(policies, { queueArn, ruleArn });
}
