import { busNameOf } from "../eventbridge/bus-name.ts";
import type { Rule } from "../eventbridge/event-bus.ts";
import { type FunctionEvent, functionEvents, isEventEnabled } from "./function-events.ts";
import { readQueuePolicies } from "./queue-policies.ts";
import { checkPattern, isEnabled, readTargetSettings } from "./read-rules.ts";
import type { Stack } from "./stack.ts";

/** Reads the rules that SAM makes for functions' events of the types EventBridgeRule and CloudWatchEvent. */
export function readRuleEvents(stack: Stack): readonly Rule[] {
  return functionEvents(stack, "EventBridgeRule", "CloudWatchEvent")
    .filter(({ properties }) => isEventEnabled(properties, isEnabled))
    .map((event) => toRule(event, stack));
}

/** SAM makes the permission to invoke the function, too. */
function toRule({ fn, name, properties }: FunctionEvent, stack: Stack): Rule {
  const rule = stack.eventRule(fn, name);
  checkPattern(properties, "Pattern");
  const settings = readTargetSettings(properties, stack, { policies: readQueuePolicies(stack), ruleArn: rule.arn });
  return {
    name: rule.name,
    eventBusName: busNameOf(properties.text("EventBusName", "default"), stack.account),
    eventPattern: properties.map("Pattern"),
    targets: [{ functionName: stack.nameOf(fn), permitted: true, ...settings }],
  };
}
