import type { Rule, RuleTarget } from "../eventbridge/rule.ts";
import { maySend, type QueuePolicy, readQueuePolicies } from "./queue-policies.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

export function readRules(stack: Stack): readonly Rule[] {
  const policies = readQueuePolicies(stack);
  return stack.resources.ofType("AWS::Events::Rule").flatMap((rule) => {
    const { properties } = rule;
    if (properties.text("State", "ENABLED") !== "ENABLED") return [];
    if (!properties.has("EventPattern")) throw properties.problem("EventPattern", "is missing: schedules are not run");
    const grant = { policies, ruleArn: stack.arnOf(rule) };
    return [
      {
        name: stack.nameOf(rule),
        eventBusName: properties.text("EventBusName", "default"),
        eventPattern: properties.map("EventPattern"),
        targets: properties.sections("Targets").map((target) => readTarget(target, stack, grant)),
      },
    ];
  });
}

/** What changes the event on its way to a target. */
const TRANSFORMATIONS = ["Input", "InputPath", "InputTransformer"];

function readTarget(
  target: Section,
  stack: Stack,
  { policies, ruleArn }: { readonly policies: readonly QueuePolicy[]; readonly ruleArn: string },
): RuleTarget {
  const transformation = TRANSFORMATIONS.find((name) => target.has(name));
  if (transformation !== undefined) throw target.problem(transformation, "is not known to the local runtime");
  const permitted = (queueArn: string) => maySend(policies, { queueArn, ruleArn });
  const deadLetters = target.section("DeadLetterConfig");
  return {
    queue: stack.queueAt(target, "Arn"),
    permitted: permitted(target.text("Arn")),
    ...(deadLetters.has("Arn") && { deadLetterQueue: stack.queueAt(deadLetters, "Arn") }),
    deadLetterQueuePermitted: deadLetters.has("Arn") && permitted(deadLetters.text("Arn")),
  };
}
