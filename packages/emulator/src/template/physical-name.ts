import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";

export type PhysicalName = {
  /** The physical name. If AWS would generate it, it is the logical id here. */
  readonly name: string;
  readonly ref: string;
  readonly arn?: string;
  /** The values of other attributes. */
  readonly attributes?: Readonly<Record<string, string>>;
};

/** The names of resources that SAM makes depend on those that the template has. */
export type NamesOfTemplate = {
  readonly of: (resource: Resource) => PhysicalName;
  readonly ruleOf: (name: string, properties: Section) => PhysicalName & { readonly arn: string };
  readonly urlOf: (logicalId: string, fn: Resource) => PhysicalName;
};
