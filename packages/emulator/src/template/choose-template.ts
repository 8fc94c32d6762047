import type { Section } from "./section.ts";

const STATUS = /^\$(?:integration\.response\.statuscode|\{integration\.response\.statuscode\})$/;

/** What Velocity would not copy to the output: references, directives and comments. */
const VELOCITY = /[$#]/;

/**
 * The text of the mapping template that `TemplateSelectionExpression` selects, or else of `$default`. The expression of an
 * integration response may be its `status`. Throws TemplateError if the text is not constant, or none is selected: what
 * API Gateway would send then is not known.
 */
export function chooseTemplate(
  properties: Section,
  name: "RequestTemplates" | "ResponseTemplates",
  status?: string,
): string {
  const key = readKey(properties, status);
  const templates = properties.section(name);
  const chosen = [key, "$default"].find((candidate) => templates.has(candidate));
  if (chosen === undefined) throw properties.problem(name, `has no template for ${key}, and none for $default`);
  const text = templates.text(chosen);
  if (!VELOCITY.test(text)) return text;
  throw templates.problem(chosen, "has $ or # in it: Velocity is not emulated, only constant text");
}

function readKey(properties: Section, status: string | undefined): string {
  const name = "TemplateSelectionExpression";
  const expression = properties.text(name, "\\$default");
  if (status !== undefined && STATUS.test(expression)) return status;
  const text = expression.replaceAll("\\$", "");
  if (!text.includes("$")) return expression.replaceAll("\\$", "$");
  throw properties.problem(name, "is not constant: the emulator knows \\$default and text without variables");
}
