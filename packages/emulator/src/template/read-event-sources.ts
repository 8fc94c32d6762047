import type { EventSourceMappingDescription } from "../eventing.ts";
import { functionEvents } from "./function-events.ts";
import { parseFunctionReference } from "./function-reference.ts";
import { readFilters } from "./read-filters.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** Lambda's default for SQS. */
const DEFAULT_BATCH_SIZE = 10;

const REPORT_FAILURES = "ReportBatchItemFailures";

/** Reads the queues that invoke functions: by SAM's events, and by resources of their own. */
export function readEventSourceMappings(stack: Stack): readonly EventSourceMappingDescription[] {
  const events = functionEvents(stack, "SQS")
    .filter(({ properties }) => isEnabled(properties))
    .map(({ fn, properties }) => readMapping(stack.nameOf(fn), properties, { queueProperty: "Queue", stack }));
  const resources = stack.resources
    .ofType("AWS::Lambda::EventSourceMapping")
    .filter((mapping) => readsQueue(mapping) && isEnabled(mapping.properties))
    .map(({ properties }) =>
      readMapping(readFunctionName(properties, stack), properties, { queueProperty: "EventSourceArn", stack }),
    );
  return [...events, ...resources];
}

/** False for a stream or another source that is not emulated. */
export function readsQueue({ properties }: Resource): boolean {
  return properties.text("EventSourceArn", "").startsWith("arn:aws:sqs:");
}

function isEnabled(properties: Section): boolean {
  return properties.text("Enabled", "true") !== "false";
}

function readFunctionName(properties: Section, stack: Stack): string {
  const reference = parseFunctionReference(properties.text("FunctionName"));
  if (reference === undefined) throw properties.problem("FunctionName", "is not a name or ARN of a function");
  return stack.functionNamed(reference.name, properties, "FunctionName");
}

function readMapping(
  functionName: string,
  source: Section,
  { queueProperty, stack }: { readonly queueProperty: string; readonly stack: Stack },
): EventSourceMappingDescription {
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
    functionName,
    queue: stack.queueAt(source, queueProperty),
    batchSize,
    batchingWindowSeconds,
    ...(scaling.has("MaximumConcurrency") && {
      maximumConcurrency: scaling.integer("MaximumConcurrency", 2, 1_000),
    }),
    reportBatchItemFailures: responseTypes.length > 0,
    ...readFilters(source.section("FilterCriteria")),
  };
}
