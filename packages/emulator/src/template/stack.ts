import { type Evaluated, Evaluation, NO_VALUE, type Value } from "./evaluation.ts";
import { assertRunsHere } from "./function-code.ts";
import { parseFunctionReference } from "./function-reference.ts";
import { readParameters } from "./parameters.ts";
import { type LocalAccount, PhysicalNames } from "./physical-names.ts";
import { NO_MACROS, type Resource, Resources } from "./resources.ts";
import { assertRules } from "./rules.ts";
import { Section } from "./section.ts";
import { TemplateError } from "./template-error.ts";
import type { MapNode, TemplateNode } from "./template-node.ts";

type Parameters = Readonly<Record<string, string>>;

/** A template with its parameters: its resources, and the resources to which properties refer. */
export class Stack {
  /** The whole template. */
  readonly template: Section;
  readonly resources: Resources;
  readonly account: LocalAccount;
  readonly #evaluation: Evaluation;
  readonly #physical: PhysicalNames;

  /** `preferred` values replace defaults of parameters that the template has; `given` parameters must be declared. */
  constructor(root: MapNode, given: Parameters, account: LocalAccount, preferred: Parameters = {}) {
    const declared = new Section(root, constants).section("Parameters");
    const known = Object.entries(preferred).filter(([name]) => declared.names.includes(name));
    const parameters = readParameters(declared, { ...Object.fromEntries(known), ...given });
    const pseudo = pseudoParameters(account);
    this.account = account;
    // A condition decides which resources exist, so it cannot refer to one.
    let physical: PhysicalNames | undefined;
    this.#evaluation = new Evaluation({
      reference: (name) => parameters.get(name) ?? pseudo.get(name) ?? physical?.reference(name),
      attribute: (resource, attribute) => physical?.attribute(resource, attribute),
      condition: (name) => entry(entry(root, "Conditions"), name),
      mapping: (map, key, name) => constant(entry(entry(entry(entry(root, "Mappings"), map), key), name)),
    });
    this.template = new Section(root, this.#evaluation);
    const resources = root.entries.get("Resources");
    if (resources?.kind === "intrinsic") throw new TemplateError(resources.at, `${resources.name} ${NO_MACROS}`);
    if (resources?.kind !== "map") throw new TemplateError(root.at, "Resources is missing");
    this.resources = new Resources(resources, root.entries.get("Globals"), this.#evaluation);
    physical = new PhysicalNames(account, this.resources);
    this.#physical = physical;
    assertRules(root, this.#evaluation);
  }

  section(name: string): Section {
    return this.template.section(name);
  }

  nameOf(resource: Resource): string {
    return this.#physical.of(resource).name;
  }

  arnOf(resource: Resource): string {
    return this.#physical.of(resource).arn ?? resource.logicalId;
  }

  refOf(resource: Resource): string {
    return this.#physical.of(resource).ref;
  }

  /** The rule that SAM makes for an event of a function. */
  eventRule(fn: Resource, event: string): { readonly name: string; readonly arn: string } {
    return this.#physical.eventRule(fn, event);
  }

  /** The functions of both types, SAM's and CloudFormation's. */
  get functions(): readonly Resource[] {
    return this.#physical.functions();
  }

  isFunction(arn: string): boolean {
    return this.#functionOf(arn) !== undefined;
  }

  /**
   * The name of the function whose ARN is the value of a property, or is in it. The ARN may end with an alias or a
   * version.
   */
  functionAt(section: Section, property: string, arn = section.text(property)): string {
    const fn = this.#functionOf(arn);
    if (fn === undefined) throw section.problem(property, "is not the ARN of any function here");
    assertRunsHere(fn, section, property);
    return this.nameOf(fn);
  }

  /** The same, with the alias or version that the ARN ends with. */
  invokedAt(
    section: Section,
    property: string,
    arn = section.text(property),
  ): { readonly functionName: string; readonly qualifier: string | undefined } {
    return { functionName: this.functionAt(section, property, arn), qualifier: parseFunctionReference(arn)?.qualifier };
  }

  /** The function of a name. The property that has the name is for messages. */
  functionNamed(name: string, section: Section, property: string): string {
    const fn = this.functions.find((candidate) => this.nameOf(candidate) === name);
    if (fn === undefined) throw section.problem(property, "is not the name of any function here");
    assertRunsHere(fn, section, property);
    return name;
  }

  queueAt(section: Section, property: string): string {
    return this.#nameAt(section, property, "AWS::SQS::Queue");
  }

  #functionOf(arn: string): Resource | undefined {
    return this.functions.find((fn) => arn === this.arnOf(fn) || arn.startsWith(`${this.arnOf(fn)}:`));
  }

  #nameAt(section: Section, property: string, type: string): string {
    const arn = section.text(property);
    const resource = this.resources.ofType(type).find((candidate) => this.arnOf(candidate) === arn);
    if (resource === undefined) throw section.problem(property, `is not the ARN of any ${type} here`);
    return this.nameOf(resource);
  }
}

/** Evaluates sections in which CloudFormation allows no functions, such as parameters. */
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
    ["AWS::NotificationARNs", []],
    ["AWS::Partition", "aws"],
    ["AWS::Region", region],
    ["AWS::StackId", `arn:aws:cloudformation:${region}:${accountId}:stack/local/local`],
    ["AWS::StackName", "local"],
    ["AWS::URLSuffix", "amazonaws.com"],
  ]);
}
