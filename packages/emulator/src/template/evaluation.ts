import { subnets } from "./subnets.ts";
import { TemplateError } from "./template-error.ts";
import type { Scalar, TemplateNode } from "./template-node.ts";

export type Value = Scalar | readonly Value[] | { readonly [name: string]: Value };

/** The value of `AWS::NoValue`: the property is absent. */
export const NO_VALUE = Symbol("AWS::NoValue");
export type Evaluated = Value | typeof NO_VALUE;

/** The values of the names in a template. `undefined`: nothing has that name. */
export type Names = {
  readonly reference: (name: string) => Evaluated | undefined;
  readonly attribute: (resource: string, attribute: string) => Value | undefined;
  readonly condition: (name: string) => TemplateNode | undefined;
  readonly mapping: (map: string, key: string, name: string) => Value | undefined;
};

/** Intrinsic functions whose values come from elsewhere: where from, and what to do. */
const NOT_EMULATED: ReadonlyMap<string, string> = new Map([
  ["Fn::ImportValue", "another stack exports the value; a parameter in its place can have it"],
  ["Fn::Transform", "a macro of the account makes the value"],
]);

type Arguments = readonly TemplateNode[];

/** Evaluates intrinsic functions as CloudFormation does. Throws TemplateError. */
export class Evaluation {
  readonly #names: Names;
  readonly #conditions = new Map<string, boolean | "under way">();

  constructor(names: Names) {
    this.#names = names;
  }

  value(node: TemplateNode): Evaluated {
    if (node.kind === "scalar") return withoutReference(node, node.value);
    if (node.kind === "list") return node.items.map((item) => this.value(item)).filter((item) => item !== NO_VALUE);
    if (node.kind === "map") return this.#map(node.entries);
    const call = this.#functions.get(node.name);
    if (call !== undefined) return call(node.argument);
    const reason = NOT_EMULATED.get(node.name);
    throw new TemplateError(
      node.at,
      `${node.name} is not known to the emulator${reason === undefined ? "" : `: ${reason}`}`,
    );
  }

  /** Evaluates `Fn::If` and leaves the rest unevaluated, so that a mistake in it still has a line. */
  choose(node: TemplateNode): TemplateNode {
    return node.kind === "intrinsic" && node.name === "Fn::If" ? this.choose(this.#branch(node.argument)) : node;
  }

  condition(name: string, usedBy: TemplateNode): boolean {
    const known = this.#conditions.get(name);
    if (known === "under way") throw new TemplateError(usedBy.at, `condition ${name} depends on itself`);
    if (known !== undefined) return known;
    const node = this.#names.condition(name);
    if (node === undefined) throw new TemplateError(usedBy.at, `there is no condition ${name}`);
    this.#conditions.set(name, "under way");
    const value = this.holds(node);
    this.#conditions.set(name, value);
    return value;
  }

  readonly #functions = new Map<string, (argument: TemplateNode) => Evaluated>([
    ["Ref", (argument) => this.#reference(this.#text(argument), argument)],
    ["Fn::GetAtt", (argument) => this.#attribute(this.#attributeName(argument), argument)],
    ["Fn::If", (argument) => this.value(this.#branch(argument))],
    ["Fn::Sub", (argument) => this.#substitute(argument)],
    [
      "Fn::Join",
      (argument) => {
        const [separator, parts] = this.#two(argument);
        return this.#texts(parts).join(this.#text(separator));
      },
    ],
    [
      "Fn::Split",
      (argument) => {
        const [separator, text] = this.#two(argument);
        return this.#text(text).split(this.#text(separator));
      },
    ],
    [
      "Fn::Select",
      (argument) => {
        const [index, list] = this.#two(argument);
        const selected = this.#list(list)[Number(this.#text(index))];
        if (selected === undefined) throw new TemplateError(argument.at, "Fn::Select has no such element");
        return selected;
      },
    ],
    ["Fn::FindInMap", (argument) => this.#mapping(argument)],
    ["Fn::Base64", (argument) => Buffer.from(this.#text(argument)).toString("base64")],
    ["Fn::Cidr", (argument) => this.#cidr(argument)],
    // Each region has at least these.
    [
      "Fn::GetAZs",
      (argument) => ["a", "b", "c"].map((zone) => `${this.#text(argument) || this.#region(argument)}${zone}`),
    ],
    ["Fn::Length", (argument) => this.#list(argument).length],
    ["Fn::ToJsonString", (argument) => JSON.stringify(this.value(argument))],
  ]);

  /** Fn::FindInMap. The transform AWS::LanguageExtensions adds a fourth argument, with a default value. */
  #mapping(argument: TemplateNode): Evaluated {
    const [options, ...names] = this.#operands(argument).toReversed();
    const fallback = options?.kind === "map" ? options.entries.get("DefaultValue") : undefined;
    const path = fallback === undefined ? this.#three(argument) : names.toReversed();
    const [map = "", key = "", name = ""] = path.map((node) => this.#text(node));
    const found = this.#names.mapping(map, key, name);
    if (found !== undefined) return found;
    if (fallback !== undefined) return this.value(fallback);
    throw new TemplateError(argument.at, `there is no mapping ${map}.${key}.${name}`);
  }

  #cidr(argument: TemplateNode): readonly string[] {
    const [block, count, hostBits] = this.#operands(argument).map((node) => this.#text(node));
    const blocks = subnets(block ?? "", Number(count), Number(hostBits ?? Number.NaN));
    if (blocks === undefined)
      throw new TemplateError(argument.at, "Fn::Cidr takes a block, a count and a number of bits");
    return blocks;
  }

  #region(usedBy: TemplateNode): string {
    return asText(this.#reference("AWS::Region", usedBy), usedBy);
  }

  readonly #tests = new Map<string, (argument: TemplateNode) => boolean>([
    ["Condition", (argument) => this.condition(this.#text(argument), argument)],
    ["Fn::And", (argument) => this.#operands(argument).every((operand) => this.holds(operand))],
    ["Fn::Or", (argument) => this.#operands(argument).some((operand) => this.holds(operand))],
    ["Fn::Contains", (argument) => this.#contains(argument, (values, value) => values.includes(value))],
    [
      "Fn::EachMemberEquals",
      (argument) => this.#contains(argument, (values, value) => values.every((one) => one === value)),
    ],
    [
      "Fn::EachMemberIn",
      (argument) => {
        const [members, allowed] = this.#two(argument).map((node) => this.#texts(node));
        return members?.every((member) => allowed?.includes(member)) === true;
      },
    ],
    ["Fn::Not", (argument) => !this.#operands(argument).some((operand) => this.holds(operand))],
    [
      "Fn::Equals",
      (argument) => {
        const [left, right] = this.#two(argument);
        return this.#text(left) === this.#text(right);
      },
    ],
  ]);

  /** Evaluates a condition, or a rule's assertion. */
  holds(node: TemplateNode): boolean {
    const longForm = node.kind === "map" && node.entries.size === 1 ? node.entries.get("Condition") : undefined;
    if (longForm !== undefined) return this.condition(this.#text(longForm), node);
    const test = node.kind === "intrinsic" ? this.#tests.get(node.name) : undefined;
    if (test === undefined || node.kind !== "intrinsic") {
      throw new TemplateError(node.at, "a condition is one of Condition, Fn::And, Fn::Equals, Fn::Not and Fn::Or");
    }
    return test(node.argument);
  }

  #contains(argument: TemplateNode, test: (values: readonly string[], value: string) => boolean): boolean {
    const [values, value] = this.#two(argument);
    return test(this.#texts(values), this.#text(value));
  }

  #branch(argument: TemplateNode): TemplateNode {
    const [condition, then, otherwise] = this.#three(argument);
    return this.condition(this.#text(condition), condition) ? then : otherwise;
  }

  #map(entries: ReadonlyMap<string, TemplateNode>): Value {
    return Object.fromEntries(
      [...entries].flatMap(([name, entry]) => {
        const value = this.value(entry);
        return value === NO_VALUE ? [] : [[name, value]];
      }),
    );
  }

  #reference(name: string, usedBy: TemplateNode): Evaluated {
    const value = this.#names.reference(name);
    if (value === undefined) throw new TemplateError(usedBy.at, `there is no parameter or resource ${name}`);
    return value;
  }

  #attributeName(argument: TemplateNode): string {
    return argument.kind === "list" ? this.#texts(argument).join(".") : this.#text(argument);
  }

  #attribute(name: string, usedBy: TemplateNode): Value {
    const [resource = "", ...attribute] = name.split(".");
    const value = this.#names.attribute(resource, attribute.join("."));
    if (value === undefined) throw new TemplateError(usedBy.at, `there is no resource ${resource}`);
    return value;
  }

  #substitute(argument: TemplateNode): string {
    const [text, variables] = argument.kind === "list" ? this.#two(argument) : [argument];
    const own = variables?.kind === "map" ? variables.entries : new Map<string, TemplateNode>();
    return this.#text(text).replace(/\$\{(!?)([^}]+)\}/g, (_whole, literal: string, name: string) => {
      if (literal !== "") return `\${${name}}`;
      const variable = own.get(name);
      if (variable !== undefined) return this.#text(variable);
      const value = name.includes(".") ? this.#attribute(name, argument) : this.#reference(name, argument);
      return asText(value, argument);
    });
  }

  #operands(node: TemplateNode): Arguments {
    if (node.kind === "list") return node.items;
    throw new TemplateError(node.at, "expected a list");
  }

  #two(node: TemplateNode): readonly [TemplateNode, TemplateNode] {
    const [first, second, ...more] = this.#operands(node);
    if (first !== undefined && second !== undefined && more.length === 0) return [first, second];
    throw new TemplateError(node.at, "expected a list of two");
  }

  #three(node: TemplateNode): readonly [TemplateNode, TemplateNode, TemplateNode] {
    const [first, second, third, ...more] = this.#operands(node);
    if (first && second && third && more.length === 0) return [first, second, third];
    throw new TemplateError(node.at, "expected a list of three");
  }

  #text(node: TemplateNode): string {
    return asText(this.value(node), node);
  }

  #list(node: TemplateNode): readonly Value[] {
    const value = this.value(node);
    if (Array.isArray(value)) return value;
    throw new TemplateError(node.at, "expected a list");
  }

  #texts(node: TemplateNode): readonly string[] {
    return this.#list(node).map((value) => asText(value, node));
  }
}

/** CloudFormation would put a value of another service in the place of a dynamic reference. */
function withoutReference(node: TemplateNode, value: Scalar): Scalar {
  if (typeof value !== "string" || !value.includes("{{resolve:")) return value;
  throw new TemplateError(
    node.at,
    "dynamic references, as {{resolve:secretsmanager:…}}, are not known to the emulator",
  );
}

function asText(value: Evaluated, node: TemplateNode): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TemplateError(node.at, "expected a text");
}
