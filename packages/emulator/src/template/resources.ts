import type { Evaluation } from "./evaluation.ts";
import { withGlobals } from "./merge-globals.ts";
import { Section } from "./section.ts";
import { TemplateError } from "./template-error.ts";
import type { MapNode, TemplateNode } from "./template-node.ts";

export type Resource = {
  readonly logicalId: string;
  readonly type: string;
  /** The resource as the template has it, without Globals. */
  readonly section: Section;
  /** Its properties, with the Globals of its type. */
  readonly properties: Section;
};

/** The resources whose condition is true. */
export class Resources {
  readonly all: readonly Resource[];

  constructor(declared: MapNode, globals: TemplateNode | undefined, evaluation: Evaluation) {
    this.all = [...declared.entries].flatMap(([logicalId, node]) => {
      if (logicalId.startsWith("Fn::")) throw new TemplateError(node.at, `${logicalId} ${NO_MACROS}`);
      const section = new Section(node, evaluation, logicalId);
      const exists = !section.has("Condition") || evaluation.condition(section.text("Condition"), node);
      if (!exists) return [];
      const type = section.text("Type");
      const own = node.kind === "map" ? node.entries.get("Properties") : undefined;
      const merged = withGlobals(globals, type, own, section.texts("IgnoreGlobals"));
      const properties =
        merged === undefined ? section.section("Properties", logicalId) : new Section(merged, evaluation, logicalId);
      return [{ logicalId, type, section, properties }];
    });
  }

  ofType(type: string): readonly Resource[] {
    return this.all.filter((resource) => resource.type === type);
  }

  find(logicalId: string): Resource | undefined {
    return this.all.find((resource) => resource.logicalId === logicalId);
  }
}

/** The problem with a macro, such as `Fn::ForEach`: CloudFormation would put resources in its place. */
export const NO_MACROS = "is not known to the emulator: write out the resources that it makes";
