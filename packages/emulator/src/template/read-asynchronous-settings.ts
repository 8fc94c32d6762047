import { busNameOf } from "../eventbridge/bus-name.ts";
import type { AsynchronousSettings, Destination } from "../lambda/asynchronous-invocations.ts";
import type { Unemulated } from "./check-properties.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

const SAM_MAKES = "SAM would make it, and the emulator has only the resources of the template";
const OTHER_KINDS = "Lambda would send it to a service that does not exist here";

/** The settings of asynchronous invocations, and the destinations that are not emulated. */
export type ReadSettings = {
  readonly asynchronousSettings: readonly AsynchronousSettings[];
  readonly unemulated: readonly Unemulated[];
};

/**
 * Reads the dead-letter queues of functions, SAM's `EventInvokeConfig`, and the `AWS::Lambda::EventInvokeConfig`
 * resources, which win. Throws TemplateError.
 */
export function readAsynchronousSettings(stack: Stack): ReadSettings {
  checkConfigs(stack);
  const unemulated: Unemulated[] = [];
  const settings = stack.functions.map((fn): AsynchronousSettings => {
    const configs = [fn.properties.section("EventInvokeConfig"), ...configsOf(fn, stack)];
    const read = [
      readDeadLetterQueue(fn, stack, unemulated),
      ...configs.map((config) => readConfig(config, stack, unemulated)),
    ];
    return Object.assign({ functionName: stack.nameOf(fn) }, ...read);
  });
  return { asynchronousSettings: settings.filter((one) => Object.keys(one).length > 1), unemulated };
}

type Partly = Omit<AsynchronousSettings, "functionName">;

/** Throws TemplateError on a configuration of a function that is not in the template. */
function checkConfigs(stack: Stack): void {
  const names = new Set(stack.functions.map((fn) => stack.nameOf(fn)));
  for (const { properties } of stack.resources.ofType("AWS::Lambda::EventInvokeConfig")) {
    if (!names.has(functionIn(properties))) {
      throw properties.problem("FunctionName", "is not any function here");
    }
  }
}

function functionIn(config: Section): string {
  return config.text("FunctionName").split(":function:").at(-1) ?? "";
}

function configsOf(fn: Resource, stack: Stack): readonly Section[] {
  return stack.resources
    .ofType("AWS::Lambda::EventInvokeConfig")
    .map(({ properties }) => properties)
    .filter((properties) => functionIn(properties) === stack.nameOf(fn));
}

function readDeadLetterQueue({ properties, type }: Resource, stack: Stack, unemulated: Unemulated[]): Partly {
  const name = type === "AWS::Serverless::Function" ? "DeadLetterQueue" : "DeadLetterConfig";
  if (!properties.isGiven(name)) return {};
  const config = properties.section(name);
  const target = readArn(config, "TargetArn", stack, unemulated);
  return target === undefined ? {} : { deadLetterQueue: target.name };
}

function readConfig(config: Section, stack: Stack, unemulated: Unemulated[]): Partly {
  const destinations = config.section("DestinationConfig");
  const [onSuccess, onFailure] = ["OnSuccess", "OnFailure"].map((name) => {
    if (!destinations.isGiven(name)) return undefined;
    const destination = destinations.section(name);
    if (!destination.has("Destination")) throw destination.problem("Destination", `is missing: ${SAM_MAKES}`);
    return readArn(destination, "Destination", stack, unemulated);
  });
  return {
    ...(config.has("MaximumRetryAttempts") && { maximumRetryAttempts: config.integer("MaximumRetryAttempts", 0, 2) }),
    ...(config.has("MaximumEventAgeInSeconds") && {
      maximumEventAgeSeconds: config.integer("MaximumEventAgeInSeconds", 60, 21_600),
    }),
    ...(onSuccess && { onSuccess }),
    ...(onFailure && { onFailure }),
  };
}

/** Finds the resource of an ARN. Undefined for one that is not emulated, which is then named. */
function readArn(section: Section, name: string, stack: Stack, unemulated: Unemulated[]): Destination | undefined {
  const arn = section.text(name);
  const [, , service] = arn.split(":");
  if (service === "sqs") return { kind: "queue", name: stack.queueAt(section, name) };
  if (service === "lambda") return { kind: "function", name: stack.functionAt(section, name) };
  if (service === "events") return { kind: "event-bus", name: busNameOf(arn, stack.account) };
  unemulated.push({ at: section.locationOf(name), path: section.pathOf(name), meaning: OTHER_KINDS });
  return undefined;
}
