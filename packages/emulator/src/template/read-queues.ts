import type { QueueDescription } from "../eventing.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** Properties with their bounds (SQS API reference, CreateQueue). */
const PROPERTIES = [
  ["VisibilityTimeout", "visibilityTimeoutSeconds", 0, 43_200],
  ["DelaySeconds", "delaySeconds", 0, 900],
  ["ReceiveMessageWaitTimeSeconds", "receiveWaitSeconds", 0, 20],
  ["MessageRetentionPeriod", "retentionSeconds", 60, 1_209_600],
  ["MaximumMessageSize", "maximumMessageBytes", 1_024, 1_048_576],
] as const;

type Settings = { [Name in (typeof PROPERTIES)[number][1]]?: number };

export function readQueues(stack: Stack): readonly QueueDescription[] {
  const queues = stack.resources.ofType("AWS::SQS::Queue");
  const names = queues.map((resource) => stack.nameOf(resource));
  return queues.map((resource, index) => ({
    name: readName(resource, names.slice(0, index), stack),
    ...readSettings(resource.properties),
    ...readRedrive(resource.properties, stack),
  }));
}

function readName(resource: Resource, taken: readonly string[], stack: Stack): string {
  const name = stack.nameOf(resource);
  if (name.endsWith(".fifo"))
    throw resource.properties.problem("QueueName", "is a FIFO queue's, which is not emulated");
  if (!/^[\w-]{1,80}$/.test(name)) throw resource.properties.problem("QueueName", "is not a name that SQS takes");
  if (taken.includes(name)) throw resource.properties.problem("QueueName", "is already another queue's");
  return name;
}

function readSettings(properties: Section): Settings {
  const settings: Settings = {};
  for (const [property, name, min, max] of PROPERTIES) {
    if (properties.has(property)) settings[name] = properties.integer(property, min, max);
  }
  return settings;
}

function readRedrive(properties: Section, stack: Stack): Pick<QueueDescription, "deadLetters"> {
  if (!properties.has("RedrivePolicy")) return {};
  const policy = properties.section("RedrivePolicy");
  return {
    deadLetters: {
      queue: stack.queueAt(policy, "deadLetterTargetArn"),
      maxReceiveCount: policy.integer("maxReceiveCount", 1, 1_000),
    },
  };
}
