import { assertRunsHere } from "./function-code.ts";
import { EVENT_TABLES, EVENTS_WITHOUT_LOCAL_PART } from "./known-properties.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

type EventType = "SQS" | "Schedule" | "EventBridgeRule" | "CloudWatchEvent";

export type FunctionEvent = {
  readonly fn: Resource;
  /** The logical id of the event, unique within its function. */
  readonly name: string;
  readonly properties: Section;
};

/** The events of some types, of all functions. Throws TemplateError on a type that SAM does not have. */
export function functionEvents(stack: Stack, ...wanted: readonly EventType[]): readonly FunctionEvent[] {
  return stack.resources.ofType("AWS::Serverless::Function").flatMap((fn) => {
    const events = fn.properties.section("Events");
    return events.names.flatMap((name) => {
      const event = events.section(name);
      const type = event.text("Type");
      if (EVENTS_WITHOUT_LOCAL_PART.has(type)) return [];
      if (!EVENT_TABLES.has(type)) throw event.problem("Type", `${type} is not known to the emulator: is it misspelt?`);
      assertRunsHere(fn, event, "Type");
      const isWanted = wanted.some((one) => one === type);
      return isWanted ? [{ fn, name, properties: event.section("Properties") }] : [];
    });
  });
}

/** True unless the event is switched off. SAM takes one of two properties for that. */
export function isEventEnabled(properties: Section, isEnabled: (properties: Section) => boolean): boolean {
  if (!properties.has("Enabled")) return isEnabled(properties);
  if (properties.has("State")) throw properties.problem("Enabled", "and State are given: SAM takes one of them");
  return properties.flag("Enabled");
}
