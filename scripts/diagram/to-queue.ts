import type { Rule } from "@portcullis/emulator/template";

type RuleTarget = Rule["targets"][number];
type QueueTarget = Extract<RuleTarget, { readonly queue: string }>;

/** The target, if it is a queue: no rule with a pattern invokes a function of the template itself. */
export function toQueue(target: RuleTarget): readonly QueueTarget[] {
  return "queue" in target ? [target] : [];
}
