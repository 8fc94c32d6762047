import type { TemplateNode } from "@portcullis/emulator/template";
import { conditionInWords } from "./condition-source.ts";
import { code, codes } from "./markdown.ts";
import type { System } from "./system.ts";
import { nodeAt, sourceOf } from "./value-source.ts";

type Property = { readonly path: string; readonly value: string };
type Resource = { readonly name: string; readonly type: string; readonly properties: readonly Property[] };

/** Types that the list leaves out, as the text above it says. */
const LEFT_OUT: readonly (readonly [type: string, path: RegExp])[] = [
  ["AWS::CloudWatch::Dashboard", /^DashboardBody$/],
  ["AWS::IAM::Role", /^Policies\b/],
  ["AWS::Serverless::Function", /^(CodeUri|Environment\b.*)$/],
];

/** The last part of docs/functions.md: every property of every resource, so that the page is complete. */
export function propertiesSection(system: System): string {
  const resources = resourcesOf(system);
  const types = [...new Set(resources.map(({ type }) => type))].toSorted();
  return `## What SAM makes of the API

Each route with a function gets an integration of type \`AWS_PROXY\` and a permission by which \`apigateway.amazonaws.com\` may call
\`lambda:InvokeFunction\`, for the source \`arn:<partition>:execute-api:<region>:<account>:<api>/<stage>/<route key>\`; the authorizer, of
type \`REQUEST\`, one for \`<api>/authorizers/*\`. \`$connect\` has the authorization type \`CUSTOM\`, the other routes none. The stage
deploys by itself (\`AutoDeploy\`), after all of them: where something else deploys, it must wait for them too.

## Every property

All properties of all resources, as the template has them, by the type of resource. Left out are the body of the dashboard, and of
roles and functions what stands under Permissions and Environment. A name with a dot, such as \`EncryptionKey.Arn\`, is an
attribute of that resource.

${types.map((type) => typeSection(type, resources)).join("\n\n")}

## Conditions

${conditionList(system)}

## Parameters

${parameterList(system)}`;
}

function resourcesOf({ source }: System): readonly Resource[] {
  return entriesOf(nodeAt(source, "Resources")).map(([name, node]) => {
    const type = text(nodeAt(node, "Type"));
    const globals = type === "AWS::Serverless::Function" ? flat("", nodeAt(source, "Globals", "Function"), source) : [];
    const attributes = entriesOf(node).filter(([attribute]) => !["Type", "Properties"].includes(attribute));
    const own = [
      ...attributes.flatMap(([attribute, value]) => flat(attribute, value, source)),
      ...flat("", nodeAt(node, "Properties"), source),
    ];
    const inherited = globals.filter(({ path }) => own.every((property) => property.path !== path));
    const isSaid = (path: string) => LEFT_OUT.some(([of, pattern]) => of === type && pattern.test(path));
    return { name, type, properties: [...inherited, ...own].filter(({ path }) => !isSaid(path)) };
  });
}

/** A property that resources of a type have in common is listed once for them. */
function typeSection(type: string, resources: readonly Resource[]): string {
  const ofType = resources.filter((resource) => resource.type === type);
  const given = new Map<string, { readonly property: Property; readonly names: string[] }>();
  for (const { name, properties } of ofType) {
    for (const property of properties) {
      const key = `${property.path}\n${property.value}`;
      const names = given.get(key)?.names ?? [];
      given.set(key, { property, names: [...names, name] });
    }
  }
  const ofAll = (names: readonly string[]) => names.length === ofType.length;
  const alikeFirst = [...given.values()].toSorted(
    (one, other) => Number(ofAll(other.names)) - Number(ofAll(one.names)),
  );
  const lines = alikeFirst.map(({ property: { path, value }, names }) =>
    ofAll(names) ? `- ${code(path)}: ${value}` : `- ${code(path)} of ${codes(names)}: ${value}`,
  );
  return `### ${type}\n\n${codes(ofType.map(({ name }) => name))}\n\n${lines.join("\n")}`.trimEnd();
}

/** A property and its parts, each by its path. */
function flat(path: string, node: TemplateNode | undefined, template: System["source"]): readonly Property[] {
  if (node === undefined) return [];
  if (node.kind === "map") {
    return [...node.entries].flatMap(([name, inner]) => flat(path === "" ? name : `${path}.${name}`, inner, template));
  }
  if (node.kind === "list" && node.items.some(({ kind }) => kind === "map")) {
    return node.items.flatMap((item, index) => {
      const label = labelOf(item);
      const parts = flat(`${path}.${label ?? index + 1}`, item, template);
      return parts.filter((part) => label === undefined || !/\.(Sid|Id)$/.test(part.path));
    });
  }
  if (node.kind === "intrinsic" && node.name === "Fn::If" && node.argument.kind === "list") {
    const [condition, then, otherwise] = node.argument.items;
    if ([then, otherwise].some((branch) => branch?.kind === "map" || branch?.kind === "list")) {
      const name = code(text(condition));
      return [
        ...flat(path, then, template).map(({ path: part, value }) => ({ path: part, value: `${value} with ${name}` })),
        ...flat(path, otherwise, template).map(({ path: part, value }) => ({
          path: part,
          value: `${value} without ${name}`,
        })),
      ];
    }
  }
  return [{ path, value: sourceOf(node, template) }];
}

/** The parts of a list, by name if they have one. */
function labelOf(node: TemplateNode): string | undefined {
  const name = nodeAt(node, "Sid") ?? nodeAt(node, "Id");
  return name && text(name);
}

function conditionList({ source }: System): string {
  const names = entriesOf(nodeAt(source, "Conditions")).map(([name]) => name);
  const rules = entriesOf(nodeAt(source, "Rules")).flatMap(([, rule]) => {
    const assertions = nodeAt(rule, "Assertions");
    return assertions?.kind === "list" ? assertions.items.map((one) => text(nodeAt(one, "AssertDescription"))) : [];
  });
  return `${names.map((name) => `- ${code(name)}: ${conditionInWords(source, name)}`).join("\n")}

What rules refuse:

${rules.map((rule) => `- ${rule}`).join("\n")}`;
}

function parameterList({ source }: System): string {
  const lines = entriesOf(nodeAt(source, "Parameters")).map(([name, parameter]) => {
    const of = (property: string) => nodeAt(parameter, property);
    const may = of("AllowedValues")
      ? `one of ${sourceOf(of("AllowedValues") as TemplateNode, source)}`
      : text(of("ConstraintDescription"));
    const description = of("Description") ? ` ${text(of("Description"))}.` : "";
    return `- ${code(name)}, ${initialInWords(of("Default"))}:${description} Must be ${may}.`;
  });
  return lines.join("\n");
}

function initialInWords(node: TemplateNode | undefined): string {
  if (node === undefined) return "without a default";
  return `by default ${text(node) === "" ? "empty" : code(text(node))}`;
}

function entriesOf(node: TemplateNode | undefined): readonly (readonly [string, TemplateNode])[] {
  return node?.kind === "map" ? [...node.entries] : [];
}

function text(node: TemplateNode | undefined): string {
  if (node?.kind !== "scalar") throw new Error("scripts/diagram/properties-document.ts expected a text");
  return String(node.value);
}
