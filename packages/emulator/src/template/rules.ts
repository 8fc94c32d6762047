import type { Evaluation } from "./evaluation.ts";
import { ParameterError } from "./parameters.ts";
import { Section } from "./section.ts";
import type { MapNode, TemplateNode } from "./template-node.ts";

/** Checks a template's rules for combinations of parameters. Throws ParameterError for the first broken assertion. */
export function assertRules(root: MapNode, evaluation: Evaluation): void {
  for (const rule of itemsOf(root.entries.get("Rules"))) {
    const condition = childOf(rule, "RuleCondition");
    if (condition !== undefined && !evaluation.holds(condition)) continue;
    for (const assertion of itemsOf(childOf(rule, "Assertions"))) {
      const assert = childOf(assertion, "Assert");
      if (assert === undefined || evaluation.holds(assert)) continue;
      throw new ParameterError(
        new Section(assertion, evaluation).text("AssertDescription", "the parameters break a rule of the template"),
      );
    }
  }
}

function itemsOf(node: TemplateNode | undefined): readonly TemplateNode[] {
  if (node?.kind === "map") return [...node.entries.values()];
  return node?.kind === "list" ? node.items : [];
}

function childOf(node: TemplateNode, name: string): TemplateNode | undefined {
  return node.kind === "map" ? node.entries.get(name) : undefined;
}
