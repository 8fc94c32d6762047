import { checkProperties, type Unemulated } from "./check-properties.ts";
import {
  EVENT_TABLES,
  RESOURCE_ATTRIBUTES,
  RESOURCE_TABLES,
  TEMPLATE_SECTIONS,
  TYPES_WITHOUT_LOCAL_PART,
} from "./known-properties.ts";
import { readAsynchronousSettings } from "./read-asynchronous-settings.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";
import type { TemplateLocation } from "./template-error.ts";

/**
 * One text for each kind of property or resource without effect here. Throws TemplateError on unknown properties, and
 * on those that would do harm if ignored.
 */
export function checkTemplate(stack: Stack): readonly string[] {
  const { all } = stack.resources;
  const ofTables = [...checkProperties(stack.template, TEMPLATE_SECTIONS), ...all.flatMap(checkResource)];
  // A destination's ARN says if it is emulated.
  const unemulated = [...ofTables, ...readAsynchronousSettings(stack).unemulated];
  return [...all.flatMap(unknownType), ...oneLineEach(unemulated)];
}

function checkResource(resource: Resource): readonly Unemulated[] {
  return [
    ...checkProperties(resource.section, RESOURCE_ATTRIBUTES),
    ...checkOwnProperties(resource),
    ...eventsOf(resource).flatMap(checkEvent),
  ];
}

/** Checks the properties of a resource. Resources of types that are not emulated are not read. */
function checkOwnProperties({ properties, type }: Resource): readonly Unemulated[] {
  const table = RESOURCE_TABLES.get(type);
  return table === undefined ? [] : checkProperties(properties, table);
}

function eventsOf({ properties, type }: Resource): readonly Section[] {
  return type === "AWS::Serverless::Function" ? properties.parts("Events") : [];
}

/** Checks the properties of an event. A type without a table is refused where events are read. */
function checkEvent(event: Section): readonly Unemulated[] {
  const table = EVENT_TABLES.get(event.text("Type"));
  return table === undefined ? [] : checkProperties(event.section("Properties"), table);
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
