import { readFileSync } from "node:fs";
import {
  type FunctionDescription,
  type MapNode,
  parseTemplate,
  type Resource,
  readTemplate,
  Stack,
  type StackDescription,
} from "@portcullis/emulator/template";
import { type Grant, grantsOf } from "./grants.ts";

const TEMPLATE = "infra/template.yaml";

/** Parameters with which every optional function exists, and the one that has no default. */
const PARAMETERS = { MintTestTokens: "true", CheckEndpoint: "true", DefaultGrants: "none" };

const ACCOUNT = {
  accountId: "<account>",
  region: "<region>",
  apiId: "WebsocketApi",
  origin: "https://sqs.<region>",
  functionsAccessKeyId: "",
};

/** The emulator's reading of the template, and the resources that it ignores: roles, stores, schedules. */
export type System = Omit<StackDescription, "functions" | "warnings"> & {
  readonly functions: readonly SystemFunction[];
  readonly stores: readonly Store[];
  /** Event buses that the template makes: logical ids by name. */
  readonly ownBuses: ReadonlyMap<string, string>;
  /** The template itself, for values that are quoted as they are written. */
  readonly stack: Stack;
  readonly source: MapNode;
};

export type SystemFunction = FunctionDescription & {
  readonly summary: string;
  /** Name of the condition under which it exists. */
  readonly condition?: string;
  /** Days between two calls of Secrets Manager. */
  readonly rotationDays?: number;
  readonly grants: readonly Grant[];
};

export type Store = { readonly name: string; readonly service: string };

const STORES: readonly (readonly [type: string, service: string])[] = [
  ["AWS::SecretsManager::Secret", "Secrets Manager"],
  ["AWS::DynamoDB::Table", "DynamoDB"],
];

export function readSystem(text = readFileSync(TEMPLATE, "utf8")): System {
  const account = { file: TEMPLATE, text, parameters: PARAMETERS, account: ACCOUNT };
  const { functions, warnings: _, ...description } = readTemplate(account);
  const source = parseTemplate(TEMPLATE, text);
  const stack = new Stack(source, PARAMETERS, ACCOUNT);
  const resources = stack.resources.ofType("AWS::Serverless::Function");
  return {
    ...description,
    functions: functions.map((fn) => {
      const resource = resources.find((candidate) => stack.nameOf(candidate) === fn.name);
      if (resource === undefined) throw new Error(`${fn.name} is no function of the template`);
      return { ...fn, ...readFunction(stack, resource) };
    }),
    stores: STORES.flatMap(([type, service]) =>
      stack.resources.ofType(type).map((resource) => ({ name: stack.nameOf(resource), service })),
    ),
    ownBuses: new Map(
      stack.resources.ofType("AWS::Events::EventBus").map((bus) => [bus.properties.text("Name"), bus.logicalId]),
    ),
    stack,
    source,
  };
}

function readFunction(stack: Stack, resource: Resource): Omit<SystemFunction, keyof FunctionDescription> {
  const { section, properties } = resource;
  const schedule = stack.resources
    .ofType("AWS::SecretsManager::RotationSchedule")
    .find((candidate) => candidate.properties.text("RotationLambdaARN") === stack.arnOf(resource));
  return {
    summary: properties.text("Description"),
    ...(section.has("Condition") && { condition: section.text("Condition") }),
    ...(schedule && {
      rotationDays: schedule.properties.section("RotationRules").number("AutomaticallyAfterDays"),
    }),
    grants: grantsOf(stack, resource),
  };
}
