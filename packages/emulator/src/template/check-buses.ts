import type { Stack } from "./stack.ts";

const BUS_NAME = /^[\w.-]{1,256}$/;

/** Throws TemplateError on an event bus that EventBridge would refuse to create. */
export function checkBuses(stack: Stack): void {
  const names = new Set(["default"]);
  for (const { properties } of stack.resources.ofType("AWS::Events::EventBus")) {
    const name = properties.text("Name");
    if (!BUS_NAME.test(name)) throw properties.problem("Name", "is not a name that EventBridge takes");
    if (names.has(name)) throw properties.problem("Name", "is already another bus's");
    names.add(name);
  }
}
