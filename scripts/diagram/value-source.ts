import type { MapNode, TemplateNode } from "../../src/entrypoints/local/template/template-node.ts";
import { code } from "./markdown.ts";

/** What `Ref` gives of a resource. */
const REFERENCES = new Map([
  ["AWS::DynamoDB::Table", "name"],
  ["AWS::SecretsManager::Secret", "ARN"],
  ["AWS::SQS::Queue", "URL"],
]);

/** Where a value of the template comes from, in words. Throws on a function that it has no words for. */
export function sourceOf(value: TemplateNode, template: MapNode): string {
  if (value.kind === "scalar") return code(String(value.value));
  if (value.kind === "intrinsic" && value.name === "Ref") return reference(scalar(value.argument), template);
  if (value.kind === "intrinsic" && value.name === "Fn::Sub") return code(scalar(value.argument));
  if (value.kind === "intrinsic" && value.name === "Fn::If" && value.argument.kind === "list") {
    const [condition, then, otherwise] = value.argument.items;
    if (condition && then && otherwise) {
      return `${sourceOf(then, template)} with ${code(scalar(condition))}, else ${sourceOf(otherwise, template)}`;
    }
  }
  throw new Error(`${value.at.file}:${value.at.line}: scripts/diagram/value-source.ts has no words for this value`);
}

/** What stands in a template under these names, one within the other. */
export function nodeAt(template: TemplateNode, ...path: readonly string[]): TemplateNode | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return template;
  const inner = template.kind === "map" ? template.entries.get(name) : undefined;
  return inner && nodeAt(inner, ...rest);
}

function reference(name: string, template: MapNode): string {
  const parameter = nodeAt(template, "Parameters", name);
  if (parameter !== undefined) return `parameter ${code(name)}`;
  const type = nodeAt(template, "Resources", name, "Type");
  const gives = type && REFERENCES.get(scalar(type));
  if (gives === undefined) throw new Error(`scripts/diagram/value-source.ts has no words for a reference to ${name}`);
  return `${gives} of ${code(name)}`;
}

function scalar(node: TemplateNode): string {
  if (node.kind !== "scalar") throw new Error(`${node.at.file}:${node.at.line}: expected a text`);
  return String(node.value);
}
