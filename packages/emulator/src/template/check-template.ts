import { isOfHttpApi } from "./api-parts.ts";
import { checkProperties, type Unemulated } from "./check-properties.ts";
import { foreignFunctions } from "./function-code.ts";
import {
  EVENT_TABLES,
  EVENTS_WITHOUT_LOCAL_PART,
  RESOURCE_ATTRIBUTES,
  RESOURCE_TABLES,
  TEMPLATE_SECTIONS,
  TYPES_WITHOUT_LOCAL_PART,
} from "./known-properties.ts";
import { readAsynchronousSettings } from "./read-asynchronous-settings.ts";
import { readsQueue } from "./read-event-sources.ts";
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
  const unemulated = [
    ...checkProperties(stack.template, TEMPLATE_SECTIONS),
    ...all.flatMap((one) => checkResource(one, stack)),
    // A destination's ARN says if it is emulated.
    ...readAsynchronousSettings(stack).unemulated,
  ];
  return [
    ...all.flatMap((resource) => ignored(resource, stack)),
    ...foreignFunctions(stack.functions),
    ...oneLineEach(unemulated),
  ];
}

function checkResource(resource: Resource, stack: Stack): readonly Unemulated[] {
  return [
    ...checkProperties(resource.section, RESOURCE_ATTRIBUTES),
    ...checkOwnProperties(resource, stack),
    ...eventsOf(resource).flatMap(checkEvent),
  ];
}

/** Checks the properties of a resource. Resources that are not emulated are not read. */
function checkOwnProperties(resource: Resource, stack: Stack): readonly Unemulated[] {
  const { logicalId, section, type } = resource;
  const table = RESOURCE_TABLES.get(type);
  if (table === undefined || leftOut(resource, stack) !== undefined) return [];
  return checkProperties(section.section("Properties", logicalId), table);
}

/** The reason why a resource of an emulated type is not read: it is for something that is not emulated. */
function leftOut(resource: Resource, stack: Stack): string | undefined {
  if (resource.type === "AWS::Lambda::EventSourceMapping" && !readsQueue(resource))
    return "its source is no queue here";
  return isOfHttpApi(resource, stack) ? "HTTP APIs are not emulated" : undefined;
}

function eventsOf({ properties, type }: Resource): readonly Section[] {
  return type === "AWS::Serverless::Function" ? properties.parts("Events") : [];
}

/** Checks the properties of an event. A type that SAM does not have is refused where events are read. */
function checkEvent(event: Section): readonly Unemulated[] {
  const type = event.text("Type");
  if (EVENTS_WITHOUT_LOCAL_PART.has(type)) {
    return [{ at: event.locationOf("Type"), path: event.pathOf("Type"), meaning: `no ${type} event arrives here` }];
  }
  const table = EVENT_TABLES.get(type);
  return table === undefined ? [] : checkProperties(event.section("Properties"), table);
}

function ignored(resource: Resource, stack: Stack): readonly string[] {
  const { logicalId, section, type } = resource;
  const reason = leftOut(resource, stack) ?? (isKnown(type) ? undefined : `${type} is not emulated`);
  // An HTTP API stands for its parts.
  if (reason === undefined || (isOfHttpApi(resource, stack) && type !== "AWS::ApiGatewayV2::Api")) return [];
  return [`${place(section.at)}: ${logicalId} is ignored, because ${reason}`];
}

function isKnown(type: string): boolean {
  return RESOURCE_TABLES.has(type) || TYPES_WITHOUT_LOCAL_PART.has(type);
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
