import { checkProperties, type Unemulated } from "./check-properties.ts";
import {
  RESOURCE_ATTRIBUTES,
  RESOURCE_TABLES,
  SQS_EVENT,
  TEMPLATE_SECTIONS,
  TYPES_WITHOUT_LOCAL_PART,
} from "./known-properties.ts";
import type { Resource } from "./resources.ts";
import type { Stack } from "./stack.ts";
import type { TemplateLocation } from "./template-error.ts";

/**
 * One text for each kind of property or resource without effect here. Throws TemplateError on unknown properties, and
 * on those that would do harm if ignored.
 */
export function checkTemplate(stack: Stack): readonly string[] {
  const { all } = stack.resources;
  const unemulated = [...checkProperties(stack.template, TEMPLATE_SECTIONS), ...all.flatMap(checkResource)];
  return [...all.flatMap(unknownType), ...oneLineEach(unemulated)];
}

function checkResource(resource: Resource): readonly Unemulated[] {
  return [
    ...checkProperties(resource.section, RESOURCE_ATTRIBUTES),
    ...checkOwnProperties(resource),
    ...sqsEvents(resource).flatMap((event) => checkProperties(event.section("Properties"), SQS_EVENT)),
  ];
}

/** Checks the properties of a resource. Resources of types that are not emulated are not read. */
function checkOwnProperties({ properties, type }: Resource): readonly Unemulated[] {
  const table = RESOURCE_TABLES.get(type);
  return table === undefined ? [] : checkProperties(properties, table);
}

function sqsEvents({ properties, type }: Resource) {
  if (type !== "AWS::Serverless::Function") return [];
  return properties.parts("Events").filter((event) => event.text("Type") === "SQS");
}

function unknownType({ logicalId, section, type }: Resource): readonly string[] {
  if (RESOURCE_TABLES.has(type) || TYPES_WITHOUT_LOCAL_PART.has(type)) return [];
  return [`${place(section.at)}: ${logicalId} is ignored, because ${type} is not emulated`];
}

function oneLineEach(unemulated: readonly Unemulated[]): readonly string[] {
  const kinds = new Map<string, Unemulated[]>();
  for (const one of unemulated) {
    const kind = `${one.path.split(".").at(-1)} ${one.meaning}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  return [...kinds.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const others = more.length === 0 ? "" : ` (and ${more.length} more like it)`;
    return [`${place(first.at)}: ${first.path}${others} is not emulated: ${first.meaning}`];
  });
}

function place({ file, line }: TemplateLocation): string {
  return `${file}:${line}`;
}
