import type { EventSourceMappingDescription } from "../eventing.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";
import type { FunctionDescription } from "./stack-description.ts";

/** SAM's defaults, where neither the function nor Globals says otherwise. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MEGABYTES = 128;
/** Lambda's default for SQS. */
const DEFAULT_BATCH_SIZE = 10;

export function readFunctions(stack: Stack, entrypoints: ReadonlySet<string>): readonly FunctionDescription[] {
  const globals = stack.section("Globals").section("Function");
  return stack.resources.ofType("AWS::Serverless::Function").map((resource) => {
    const { properties, section } = resource;
    return {
      name: stack.nameOf(resource),
      entrypoint: readEntrypoint(properties, globals, entrypoints),
      environment: { ...readEnvironment(globals), ...readEnvironment(properties) },
      timeoutSeconds: properties.number("Timeout", globals.number("Timeout", DEFAULT_TIMEOUT_SECONDS)),
      memoryMegabytes: properties.number("MemorySize", globals.number("MemorySize", DEFAULT_MEMORY_MEGABYTES)),
      at: section.at,
    };
  });
}

function readEntrypoint(properties: Section, globals: Section, entrypoints: ReadonlySet<string>): string {
  const handler = properties.has("Handler") ? properties.text("Handler") : globals.text("Handler");
  if (handler !== "index.handler") throw properties.problem("Handler", "must be index.handler, which the build makes");
  const code = properties.has("CodeUri") ? properties.text("CodeUri") : globals.text("CodeUri");
  const entrypoint = code.replace(/\/+$/, "").split("/").at(-1) ?? "";
  if (!entrypoints.has(entrypoint))
    throw properties.problem("CodeUri", `has no handler: ${entrypoint}.ts is not there`);
  return entrypoint;
}

function readEnvironment(properties: Section): Record<string, string> {
  const variables = properties.section("Environment").section("Variables");
  return Object.fromEntries(
    variables.names.filter((name) => variables.has(name)).map((name) => [name, variables.text(name)]),
  );
}

export function readEventSourceMappings(stack: Stack): readonly EventSourceMappingDescription[] {
  return stack.resources.ofType("AWS::Serverless::Function").flatMap((resource) => {
    const events = resource.properties.section("Events");
    return events.names.map((name) => {
      const event = events.section(name);
      const type = event.text("Type");
      if (type !== "SQS") throw event.problem("Type", `${type} is not known to the local runtime`);
      return readMapping(resource, event.section("Properties"), stack);
    });
  });
}

function readMapping(resource: Resource, source: Section, stack: Stack): EventSourceMappingDescription {
  const scaling = source.section("ScalingConfig");
  return {
    functionName: stack.nameOf(resource),
    queue: stack.queueAt(source, "Queue"),
    batchSize: source.number("BatchSize", DEFAULT_BATCH_SIZE),
    batchingWindowSeconds: source.number("MaximumBatchingWindowInSeconds", 0),
    ...(scaling.has("MaximumConcurrency") && { maximumConcurrency: scaling.number("MaximumConcurrency") }),
    reportBatchItemFailures: source.texts("FunctionResponseTypes").includes("ReportBatchItemFailures"),
  };
}
