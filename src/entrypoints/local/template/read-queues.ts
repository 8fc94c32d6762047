import type { QueueDescription } from "../eventing.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

const PROPERTIES = [
  ["VisibilityTimeout", "visibilityTimeoutSeconds"],
  ["DelaySeconds", "delaySeconds"],
  ["ReceiveMessageWaitTimeSeconds", "receiveWaitSeconds"],
  ["MessageRetentionPeriod", "retentionSeconds"],
  ["MaximumMessageSize", "maximumMessageBytes"],
] as const;

type Settings = { [Name in (typeof PROPERTIES)[number][1]]?: number };

export function readQueues(stack: Stack): readonly QueueDescription[] {
  return stack.resources.ofType("AWS::SQS::Queue").map((resource) => ({
    name: stack.nameOf(resource),
    ...readSettings(resource.properties),
    ...readRedrive(resource.properties, stack),
  }));
}

function readSettings(properties: Section): Settings {
  const settings: Settings = {};
  for (const [property, name] of PROPERTIES) {
    if (properties.has(property)) settings[name] = properties.number(property);
  }
  return settings;
}

function readRedrive(properties: Section, stack: Stack): Pick<QueueDescription, "deadLetters"> {
  if (!properties.has("RedrivePolicy")) return {};
  const policy = properties.section("RedrivePolicy");
  return {
    deadLetters: {
      queue: stack.queueAt(policy, "deadLetterTargetArn"),
      maxReceiveCount: policy.number("maxReceiveCount"),
    },
  };
}
