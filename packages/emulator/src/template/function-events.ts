import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

type EventType = "SQS" | "Schedule";

const TYPES: ReadonlySet<string> = new Set<EventType>(["SQS", "Schedule"]);

export type FunctionEvent = {
  readonly fn: Resource;
  /** The logical id of the event, unique within its function. */
  readonly name: string;
  readonly properties: Section;
};

/** The events of one type, of all functions. Throws TemplateError on a type that is not emulated. */
export function functionEvents(stack: Stack, wanted: EventType): readonly FunctionEvent[] {
  return stack.resources.ofType("AWS::Serverless::Function").flatMap((fn) => {
    const events = fn.properties.section("Events");
    return events.names.flatMap((name) => {
      const event = events.section(name);
      const type = event.text("Type");
      if (!TYPES.has(type)) throw event.problem("Type", `${type} is not known to the emulator`);
      return type === wanted ? [{ fn, name, properties: event.section("Properties") }] : [];
    });
  });
}
