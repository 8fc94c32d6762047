import { readCode } from "./function-code.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";
import type { FunctionDescription } from "./stack-description.ts";

/** Lambda's defaults. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MEGABYTES = 128;
const RESERVED = "ReservedConcurrentExecutions";
/** The largest Integer of CloudFormation. The account bounds it, and accounts may have thousands. */
const MAX_RESERVED = 2_147_483_647;

/** Reads the functions of both types whose code can run here. Throws TemplateError. */
export function readFunctions(stack: Stack): readonly FunctionDescription[] {
  return stack.functions.flatMap((resource, index) => {
    const { logicalId, properties, section } = resource;
    const name = readName(resource, stack.functions.slice(0, index), stack);
    const code = readCode(resource);
    if (code.kind === "foreign") return [];
    return [
      {
        logicalId,
        name,
        ...(code.kind === "inline" ? { codeUri: ".", inlineCode: code.text } : { codeUri: code.path }),
        ...(properties.has("Runtime") && { runtime: properties.text("Runtime") }),
        handler: properties.text("Handler"),
        codeAt: code.at,
        environment: readEnvironment(properties),
        timeoutSeconds: properties.integer("Timeout", 1, 900, DEFAULT_TIMEOUT_SECONDS),
        memoryMegabytes: properties.integer("MemorySize", 128, 10_240, DEFAULT_MEMORY_MEGABYTES),
        ...(properties.has(RESERVED) && { reservedConcurrency: properties.integer(RESERVED, 0, MAX_RESERVED) }),
        at: section.at,
      },
    ];
  });
}

function readName(resource: Resource, before: readonly Resource[], stack: Stack): string {
  const name = stack.nameOf(resource);
  if (!/^[\w-]{1,64}$/.test(name)) throw resource.properties.problem("FunctionName", "is not a name that Lambda takes");
  if (before.some((other) => stack.nameOf(other) === name)) {
    throw resource.properties.problem("FunctionName", "is already another function's");
  }
  return name;
}

function readEnvironment(properties: Section): Record<string, string> {
  const variables = properties.section("Environment").section("Variables");
  return Object.fromEntries(
    variables.names.filter((name) => variables.has(name)).map((name) => [name, variables.text(name)]),
  );
}
