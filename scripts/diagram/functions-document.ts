import { conditionInWords } from "./condition-source.ts";
import type { Grant } from "./grants.ts";
import { code, codes, table } from "./markdown.ts";
import { schedulesOf } from "./parts.ts";
import { propertiesSection } from "./properties-document.ts";
import { resourcesSection } from "./resources-document.ts";
import type { System, SystemFunction } from "./system.ts";
import { nodeAt, sourceOf } from "./value-source.ts";

/** docs/functions.md: the functions, for readers who deploy with another tool than SAM. */
export function functionsDocument(system: System): string {
  return `# Functions

What \`infra/template.yaml\` deploys, for those who deploy with CDK, Terraform or something else. \`npm run diagram\` writes this page
and [diagram.svg](diagram.svg) from the template: change that, not this. \`npm run build\` makes one folder per function in \`dist/\`,
complete with what it imports, for ${runtime(system)}. Deploy both of its files as they
are: Lambda loads \`index.mjs\`, which loads \`bundle.cjs\` and awaits
[its work before the first event](deployment.md#before-the-first-event).

## Triggers and limits

${functionsTable(system)}

${conditions(system)}

## Permissions

What each role allows, and all that it allows. A name stands for the ARN of that resource.

${permissionsTable(system)}

## Environment

${environmentTable(system)}

${resourcesSection(system)}

${propertiesSection(system)}
`;
}

function runtime({ stack }: System): string {
  const settings = stack.section("Globals").section("Function");
  const handler = code(settings.text("Handler"));
  return `${code(settings.text("Runtime"))} on ${codes(settings.texts("Architectures"))} with the handler ${handler}`;
}

function functionsTable(system: System): string {
  const rows = system.functions.map((fn) => [
    code(fn.name) + (fn.condition ? ` (with ${code(fn.condition)})` : ""),
    fn.summary,
    triggers(system, fn).join("; "),
    `${fn.timeoutSeconds} s`,
    `${fn.memoryMegabytes} MB`,
    code(fn.codeUri.replace(/^\.\.\//, "")),
  ]);
  return table(["function", "what it does", "trigger", "timeout", "memory", "code"], rows);
}

function triggers(system: System, fn: SystemFunction): readonly string[] {
  const { api, eventSourceMappings } = system;
  const { name, rotationDays } = fn;
  const found = [
    ...schedulesOf(system, fn).map((often) => `schedule, ${often}`),
    ...api.routes.filter(({ authorizer }) => authorizer?.functionName === name).map(() => "authorizer of `$connect`"),
    ...api.routes.filter(({ functionName }) => functionName === name).map(({ routeKey }) => `route ${code(routeKey)}`),
    ...eventSourceMappings
      .filter(({ functionName }) => functionName === name)
      .map(({ queue }) => `queue ${code(queue)}`),
    ...(rotationDays === undefined ? [] : [`Secrets Manager, every ${rotationDays} days`]),
  ];
  return found.length > 0 ? found : ["a direct call"];
}

/** A line for each function that is not in every stack. */
function conditions({ functions, source }: System): string {
  const names = new Set(functions.flatMap(({ condition }) => condition ?? []));
  return [...names].map((name) => `- With ${code(name)} only where ${conditionInWords(source, name)}.`).join("\n");
}

/** A setting of all functions, or of all but one, is written once. */
function permissionsTable({ functions }: System): string {
  const granted = functions.flatMap((fn) => fn.grants.map((grant) => [grantCells(fn, grant), fn] as const));
  const common = givenAlike(granted).filter(({ to }) => functions.length - to.length < 2);
  const own = granted.filter(([cells]) => !common.some((row) => isSame(row.cells, cells)));
  const rows = [
    ...common.map(({ cells, to }) => [receivers(functions, to), ...cells]),
    ...own.map(([cells, { name }]) => [code(name), ...cells]),
  ];
  return table(["function", "actions", "on"], rows);
}

function grantCells({ name }: SystemFunction, { actions, resources, condition }: Grant): readonly string[] {
  const on = resources.map((resource) => (resource === `${name}Logs` ? "its log group" : code(resource))).join(", ");
  return [codes(actions), condition === "" ? on : `${on} if ${code(condition)}`];
}

function environmentTable({ functions, source }: System): string {
  const values = functions.flatMap((fn) =>
    Object.keys(fn.environment).map(
      (name) => [[code(name), sourceOf(variable(source, fn, name), source)], fn] as const,
    ),
  );
  const rows = givenAlike(values).map(({ cells, to }) => [...cells, receivers(functions, to)]);
  return table(["variable", "value", "given to"], rows);
}

type Given = { readonly cells: readonly string[]; readonly to: string[] };

/** One row for a variable that several functions share. */
function givenAlike(given: readonly (readonly [cells: readonly string[], fn: SystemFunction])[]): readonly Given[] {
  const rows: Given[] = [];
  for (const [cells, { name }] of given) {
    const row = rows.find((one) => isSame(one.cells, cells));
    if (row === undefined) rows.push({ cells, to: [name] });
    else row.to.push(name);
  }
  return rows;
}

function isSame(cells: readonly string[], others: readonly string[]): boolean {
  return cells.every((cell, index) => cell === others[index]);
}

function receivers(functions: readonly SystemFunction[], names: readonly string[]): string {
  const others = functions.flatMap(({ name }) => (names.includes(name) ? [] : name));
  if (others.length === 0) return "all";
  return others.length === 1 ? `all but ${codes(others)}` : codes(names);
}

function variable(source: System["source"], { logicalId }: SystemFunction, name: string) {
  const path = ["Environment", "Variables", name];
  const found =
    nodeAt(source, "Resources", logicalId, "Properties", ...path) ?? nodeAt(source, "Globals", "Function", ...path);
  if (found === undefined) throw new Error(`${logicalId}: ${name} is not given where the template gives variables`);
  return found;
}
