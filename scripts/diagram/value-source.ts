import type { MapNode, TemplateNode } from "@portcullis/emulator/template";
import { code } from "./markdown.ts";

/** The value of `Ref` for a type of resource. */
const REFERENCES = new Map([
  ["AWS::DynamoDB::Table", "name"],
  ["AWS::SecretsManager::Secret", "ARN"],
  ["AWS::SQS::Queue", "URL"],
]);

/** The source of a value of the template, in words. Throws on an intrinsic function that it does not know. */
export function sourceOf(value: TemplateNode, template: MapNode): string {
  const words = (node: TemplateNode) => sourceOf(node, template);
  if (value.kind === "scalar") return value.value === "" ? "empty" : code(String(value.value));
  if (value.kind === "list") return value.items.length === 0 ? "none" : value.items.map(words).join(", ");
  if (value.kind === "map")
    return [...value.entries].map(([name, inner]) => `${code(name)} ${words(inner)}`).join(", ");
  const { name, argument } = value;
  const [first, second, third] = argument.kind === "list" ? argument.items : [];
  if (name === "Ref") return reference(scalar(argument), template);
  if (name === "Fn::GetAtt")
    return code(argument.kind === "list" ? argument.items.map(scalar).join(".") : scalar(argument));
  if (name === "Fn::Sub" && argument.kind === "scalar") return code(scalar(argument));
  if (name === "Fn::Sub" && first && second) return `${words(first)} where ${words(second)}`;
  if (name === "Fn::If" && first && second && third) {
    return `${words(second)} with ${code(scalar(first))}, else ${words(third)}`;
  }
  if (name === "Fn::Select" && first && second?.kind === "list") {
    const others = second.items.filter((_, index) => index !== Number(scalar(first)));
    return `${words(second.items[Number(scalar(first))] ?? second)}, after ${others.map(words).join(", ")}`;
  }
  if (name === "Fn::Select" && first && second) return `element ${words(first)}, from 0, of ${words(second)}`;
  if (name === "Fn::Split" && first && second) return `${words(second)} split at ${words(first)}`;
  throw new Error(`${value.at.file}:${value.at.line}: scripts/diagram/value-source.ts has no words for this value`);
}

/** The node of the template at this path of names. */
export function nodeAt(template: TemplateNode, ...path: readonly string[]): TemplateNode | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return template;
  const inner = template.kind === "map" ? template.entries.get(name) : undefined;
  return inner && nodeAt(inner, ...rest);
}

function reference(name: string, template: MapNode): string {
  if (name === "AWS::NoValue") return "nothing";
  if (nodeAt(template, "Parameters", name) !== undefined) return `parameter ${code(name)}`;
  const type = nodeAt(template, "Resources", name, "Type");
  const gives = type && REFERENCES.get(scalar(type));
  return gives === undefined ? code(name) : `${gives} of ${code(name)}`;
}

function scalar(node: TemplateNode): string {
  if (node.kind !== "scalar") throw new Error(`${node.at.file}:${node.at.line}: expected a text`);
  return String(node.value);
}
