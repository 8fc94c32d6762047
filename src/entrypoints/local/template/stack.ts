import { type Evaluated, Evaluation, NO_VALUE, type Value } from "./evaluation.ts";
import { readParameters } from "./parameters.ts";
import { type LocalAccount, PhysicalNames } from "./physical-names.ts";
import { type Resource, Resources } from "./resources.ts";
import { assertRules } from "./rules.ts";
import { Section } from "./section.ts";
import { TemplateError } from "./template-error.ts";
import type { MapNode, TemplateNode } from "./template-node.ts";

/** A template with its parameters given: its resources, and which of them a property means. */
export class Stack {
  readonly resources: Resources;
  readonly #root: MapNode;
  readonly #evaluation: Evaluation;
  readonly #physical: PhysicalNames;

  constructor(root: MapNode, given: Readonly<Record<string, string>>, account: LocalAccount) {
    this.#root = root;
    const parameters = readParameters(this.section("Parameters", constants), given);
    const pseudo = pseudoParameters(account);
    this.#evaluation = new Evaluation({
      reference: (name) => parameters.get(name) ?? pseudo.get(name) ?? this.#physical.reference(name),
      attribute: (resource, attribute) => this.#physical.attribute(resource, attribute),
      condition: (name) => entry(entry(root, "Conditions"), name),
      mapping: (map, key, name) => constant(entry(entry(entry(entry(root, "Mappings"), map), key), name)),
    });
    const declared = root.entries.get("Resources");
    if (declared?.kind !== "map") throw new TemplateError(root.at, "Resources is missing");
    this.resources = new Resources(declared, this.#evaluation);
    this.#physical = new PhysicalNames(account, this.resources);
    assertRules(root, this.#evaluation);
  }

  section(name: string, evaluation: Evaluation = this.#evaluation): Section {
    return new Section(this.#root, evaluation).section(name);
  }

  nameOf(resource: Resource): string {
    return this.#physical.of(resource).name;
  }

  arnOf(resource: Resource): string {
    return this.#physical.of(resource).arn ?? resource.logicalId;
  }

  /** The name of the function that a property means by its ARN. */
  functionAt(section: Section, property: string): string {
    return this.#nameAt(section, property, "AWS::Serverless::Function");
  }

  queueAt(section: Section, property: string): string {
    return this.#nameAt(section, property, "AWS::SQS::Queue");
  }

  #nameAt(section: Section, property: string, type: string): string {
    const arn = section.text(property);
    const resource = this.resources.ofType(type).find((candidate) => this.arnOf(candidate) === arn);
    if (resource === undefined) throw section.problem(property, `is not the ARN of any ${type} here`);
    return this.nameOf(resource);
  }
}

/** For what CloudFormation takes as it stands: parameters have no functions in them. */
const constants = new Evaluation({
  reference: () => undefined,
  attribute: () => undefined,
  condition: () => undefined,
  mapping: () => undefined,
});

function constant(node: TemplateNode | undefined): Value | undefined {
  const value = node && constants.value(node);
  return value === NO_VALUE ? undefined : value;
}

function entry(node: TemplateNode | undefined, name: string): TemplateNode | undefined {
  return node?.kind === "map" ? node.entries.get(name) : undefined;
}

function pseudoParameters({ accountId, region }: LocalAccount): ReadonlyMap<string, Evaluated> {
  return new Map<string, Evaluated>([
    ["AWS::AccountId", accountId],
    ["AWS::NoValue", NO_VALUE],
    ["AWS::Partition", "aws"],
    ["AWS::Region", region],
    ["AWS::StackId", `arn:aws:cloudformation:${region}:${accountId}:stack/local/local`],
    ["AWS::StackName", "local"],
    ["AWS::URLSuffix", "amazonaws.com"],
  ]);
}
