import { busNameOf } from "../eventbridge/bus-name.ts";
import { parseRate } from "../eventbridge/rate-expression.ts";
import { SCHEDULE_BUS, type Schedule } from "../eventbridge/schedules.ts";
import { type FunctionEvent, functionEvents, isEventEnabled } from "./function-events.ts";
import { readQueuePolicies } from "./queue-policies.ts";
import { isEnabled, readTarget, readTargetSettings } from "./read-rules.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** Reads the schedules that are switched on: of rules, and of functions' events. Throws TemplateError. */
export function readSchedules(stack: Stack): readonly Schedule[] {
  const rules = stack.resources
    .ofType("AWS::Events::Rule")
    .filter(({ properties }) => properties.has("ScheduleExpression") && isEnabled(properties));
  const events = functionEvents(stack, "Schedule").filter(({ properties }) => isEventEnabled(properties, isEnabled));
  return [...rules.map((rule) => ofRule(rule, stack)), ...events.map((event) => ofEvent(event, stack))];
}

function ofRule(rule: Resource, stack: Stack): Schedule {
  const { properties } = rule;
  if (busNameOf(properties.text("EventBusName", SCHEDULE_BUS), stack.account) !== SCHEDULE_BUS) {
    throw properties.problem("ScheduleExpression", "is allowed only on the default bus");
  }
  const sender = { policies: readQueuePolicies(stack), ruleArn: stack.arnOf(rule) };
  return {
    name: stack.nameOf(rule),
    everyMillis: readRate(properties, "ScheduleExpression"),
    targets: properties.sections("Targets").map((target) => readTarget(target, stack, sender)),
  };
}

/** SAM makes the rule, and the permission to invoke the function. */
function ofEvent({ fn, name, properties }: FunctionEvent, stack: Stack): Schedule {
  const rule = stack.eventRule(fn, name);
  const settings = readTargetSettings(properties, stack, { policies: readQueuePolicies(stack), ruleArn: rule.arn });
  return {
    name: rule.name,
    everyMillis: readRate(properties, "Schedule"),
    targets: [{ functionName: stack.nameOf(fn), permitted: true, ...settings }],
  };
}

function readRate(properties: Section, name: string): number {
  const expression = properties.text(name);
  const millis = parseRate(expression);
  if (millis !== undefined) return millis;
  throw properties.problem(
    name,
    expression.startsWith("cron(")
      ? "is a cron expression, and the emulator runs only rates, such as rate(5 minutes)"
      : "is not a rate that EventBridge takes, such as rate(1 minute) or rate(5 minutes)",
  );
}
