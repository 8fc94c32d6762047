import type { TemplateNode } from "@portcullis/emulator/template";
import { code } from "./markdown.ts";
import { nodeAt } from "./value-source.ts";

/** A condition of the template in words, those that it depends on included. */
export function conditionInWords(template: TemplateNode, name: string, verb = "is"): string {
  const condition = nodeAt(template, "Conditions", name);
  if (condition === undefined) throw new Error(`the template has no condition ${name}`);
  return inWords(condition, template, verb);
}

function inWords(node: TemplateNode, template: TemplateNode, verb: string): string {
  const all = node.kind === "intrinsic" ? operands(node.argument) : [];
  const [left, right] = all;
  if (node.kind === "intrinsic" && left !== undefined) {
    if (node.name === "Condition") return conditionInWords(template, text(left), verb);
    if (node.name === "Fn::Not") return inWords(left, template, verb === "is" ? "is not" : "is");
    if (node.name === "Fn::Or") {
      return all.map((each) => inWords(each, template, verb)).join(verb === "is" ? " or " : " and ");
    }
    if (node.name === "Fn::And") {
      return all.map((each) => inWords(each, template, verb)).join(verb === "is" ? " and " : " or ");
    }
    if (node.name === "Fn::Equals" && right !== undefined) return `${operand(left)} ${verb} ${operand(right)}`;
  }
  throw speechless(node);
}

function operands(argument: TemplateNode): readonly TemplateNode[] {
  return argument.kind === "list" ? argument.items : [argument];
}

function operand(node: TemplateNode): string {
  if (node.kind === "intrinsic" && node.name === "Fn::Join") return operand(operands(node.argument)[1] ?? node);
  if (node.kind === "intrinsic") return code(text(node.argument));
  return text(node) === "" ? "empty" : code(text(node));
}

function text(node: TemplateNode): string {
  if (node.kind !== "scalar") throw speechless(node);
  return String(node.value);
}

function speechless({ at }: TemplateNode): Error {
  return new Error(`${at.file}:${at.line}: scripts/diagram/condition-source.ts has no words for this`);
}
