import type { Evaluation } from "./evaluation.ts";
import { Section } from "./section.ts";
import type { MapNode } from "./template-node.ts";

export type Resource = {
  readonly logicalId: string;
  readonly type: string;
  readonly section: Section;
  readonly properties: Section;
};

/** The resources whose condition is true. */
export class Resources {
  readonly all: readonly Resource[];

  constructor(declared: MapNode, evaluation: Evaluation) {
    this.all = [...declared.entries].flatMap(([logicalId, node]) => {
      const section = new Section(node, evaluation, logicalId);
      const exists = !section.has("Condition") || evaluation.condition(section.text("Condition"), node);
      return exists
        ? [{ logicalId, type: section.text("Type"), section, properties: section.section("Properties", logicalId) }]
        : [];
    });
  }

  ofType(type: string): readonly Resource[] {
    return this.all.filter((resource) => resource.type === type);
  }

  find(logicalId: string): Resource | undefined {
    return this.all.find((resource) => resource.logicalId === logicalId);
  }
}
