import type { EventSourceMappingDescription } from "../eventing.ts";
import { functionEvents } from "./function-events.ts";
import { readFilters } from "./read-filters.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";
import type { FunctionDescription } from "./stack-description.ts";

/** SAM's defaults, if neither the function nor Globals sets a value. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MEGABYTES = 128;
/** Lambda's default for SQS. */
const DEFAULT_BATCH_SIZE = 10;

const REPORT_FAILURES = "ReportBatchItemFailures";

export function readFunctions(stack: Stack): readonly FunctionDescription[] {
  const globals = stack.section("Globals").section("Function");
  const resources = stack.resources.ofType("AWS::Serverless::Function");
  return resources.map((resource, index) => {
    const { logicalId, properties, section } = resource;
    return {
      logicalId,
      name: readName(resource, resources.slice(0, index), stack),
      ...readCode(properties, globals),
      environment: { ...readEnvironment(globals), ...readEnvironment(properties) },
      timeoutSeconds: properties.integer(
        "Timeout",
        1,
        900,
        globals.integer("Timeout", 1, 900, DEFAULT_TIMEOUT_SECONDS),
      ),
      memoryMegabytes: properties.integer(
        "MemorySize",
        128,
        10_240,
        globals.integer("MemorySize", 128, 10_240, DEFAULT_MEMORY_MEGABYTES),
      ),
      ...readReserved(properties, globals),
      at: section.at,
    };
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

function readCode(properties: Section, globals: Section): Pick<FunctionDescription, "codeUri" | "handler" | "codeAt"> {
  const from = (name: string) => (properties.has(name) ? properties : globals);
  return {
    codeUri: from("CodeUri").text("CodeUri"),
    handler: from("Handler").text("Handler"),
    codeAt: from("CodeUri").locationOf("CodeUri"),
  };
}

function readReserved(properties: Section, globals: Section): Pick<FunctionDescription, "reservedConcurrency"> {
  const name = "ReservedConcurrentExecutions";
  const given = [properties, globals].find((section) => section.has(name));
  return given === undefined ? {} : { reservedConcurrency: given.integer(name, 0, 1_000) };
}

function readEnvironment(properties: Section): Record<string, string> {
  const variables = properties.section("Environment").section("Variables");
  return Object.fromEntries(
    variables.names.filter((name) => variables.has(name)).map((name) => [name, variables.text(name)]),
  );
}

export function readEventSourceMappings(stack: Stack): readonly EventSourceMappingDescription[] {
  return functionEvents(stack, "SQS")
    .filter(({ properties }) => properties.text("Enabled", "true") !== "false")
    .map(({ fn, properties }) => readMapping(fn, properties, stack));
}

function readMapping(resource: Resource, source: Section, stack: Stack): EventSourceMappingDescription {
  const scaling = source.section("ScalingConfig");
  const batchSize = source.integer("BatchSize", 1, 10_000, DEFAULT_BATCH_SIZE);
  const batchingWindowSeconds = source.integer("MaximumBatchingWindowInSeconds", 0, 300, 0);
  if (batchSize > 10 && batchingWindowSeconds === 0) {
    throw source.problem("BatchSize", "above 10 needs a MaximumBatchingWindowInSeconds of at least 1");
  }
  const responseTypes = source.texts("FunctionResponseTypes");
  if (responseTypes.some((type) => type !== REPORT_FAILURES)) {
    throw source.problem("FunctionResponseTypes", `has a value other than ${REPORT_FAILURES}`);
  }
  return {
    functionName: stack.nameOf(resource),
    queue: stack.queueAt(source, "Queue"),
    batchSize,
    batchingWindowSeconds,
    ...(scaling.has("MaximumConcurrency") && {
      maximumConcurrency: scaling.integer("MaximumConcurrency", 2, 1_000),
    }),
    reportBatchItemFailures: responseTypes.length > 0,
    ...readFilters(source.section("FilterCriteria")),
  };
}
