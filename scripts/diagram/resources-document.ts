import type { QueueDescription, Section } from "@portcullis/emulator/template";
import { code, codes, table } from "./markdown.ts";
import type { System } from "./system.ts";
import { toQueue } from "./to-queue.ts";

const SECONDS_PER_DAY = 24 * 3600;

/** The second half of docs/functions.md: the settings of other resources that the functions depend on. */
export function resourcesSection(system: System): string {
  return `## Routes

${routesTable(system)}

A message goes to the route that ${code(system.api.routeSelectionExpression)} names. An answer reaches the client only where the route
has a response. The authorizer has no identity source, for a token may come in two places.

## Rules

${rulesTable(system)}

With the defaults of the parameters that name sources. A rule sends the event as it is, without a transformer.

## Queues

${queuesTable(system)}

${mappingsTable(system)}

A rule may send to its two queues by their policy, on the condition that \`aws:SourceArn\` is the rule's.

## Stores

${storesTable(system)}`;
}

function routesTable({ api }: System): string {
  const rows = api.routes.map(({ routeKey, functionName, routeResponse, authorizer }) => [
    code(routeKey),
    code(functionName),
    authorizer ? code(authorizer.functionName) : "none",
    routeResponse ? "`$default`" : "none",
  ]);
  const constant = api.mockRoutes.map(({ routeKey, answer }) => [
    code(routeKey),
    answer.kind === "reply" ? `none: always ${code(answer.text)}` : "none",
    "none",
    answer.kind === "reply" ? "`$default`" : "none",
  ]);
  return table(["route", "function", "authorizer", "response"], [...rows, ...constant]);
}

function rulesTable({ rules, ownBuses }: System): string {
  const rows = rules.flatMap(({ name, eventBusName, eventPattern, targets }) =>
    targets
      .flatMap(toQueue)
      .map(({ queue, deadLetterQueue }) => [
        code(name),
        code(ownBuses.get(eventBusName) ?? eventBusName),
        code(JSON.stringify(eventPattern)),
        code(queue),
        deadLetterQueue ? code(deadLetterQueue) : "none",
      ]),
  );
  return table(["rule", "bus", "pattern", "target", "what cannot be sent"], rows);
}

function queuesTable({ queues }: System): string {
  const rows = queues.map(({ name, visibilityTimeoutSeconds, retentionSeconds, deadLetters }) => [
    code(name),
    visibilityTimeoutSeconds === undefined ? "default" : `${visibilityTimeoutSeconds} s`,
    retention({ retentionSeconds }),
    deadLetters ? `${code(deadLetters.queue)} after ${deadLetters.maxReceiveCount} receives` : "none",
  ]);
  return table(["queue", "visibility timeout", "retention", "dead letters"], rows);
}

function retention({ retentionSeconds }: { readonly retentionSeconds: QueueDescription["retentionSeconds"] }): string {
  return retentionSeconds === undefined ? "default" : `${retentionSeconds / SECONDS_PER_DAY} days`;
}

function mappingsTable({ eventSourceMappings }: System): string {
  const rows = eventSourceMappings.map((mapping) => [
    code(mapping.queue),
    code(mapping.functionName),
    String(mapping.batchSize),
    String(mapping.maximumConcurrency ?? "no limit"),
    mapping.reportBatchItemFailures ? "`ReportBatchItemFailures`" : "none",
  ]);
  return table(["queue", "function", "batch size", "maximum concurrency", "response types"], rows);
}

function storesTable({ stack }: System): string {
  const tables = stack.resources.ofType("AWS::DynamoDB::Table").flatMap(({ logicalId, properties }) => {
    const types = attributeTypes(properties);
    const ttl = properties.section("TimeToLiveSpecification").text("AttributeName");
    const indexes = properties.sections("GlobalSecondaryIndexes").map((index) => {
      const settings = `${keys(index, types)}; ${projection(index.section("Projection"))}`;
      return [`its index ${code(index.text("IndexName"))}`, settings];
    });
    return [[code(logicalId), `${keys(properties, types)}; TTL on ${code(ttl)}`], ...indexes];
  });
  const secrets = stack.resources
    .ofType("AWS::SecretsManager::Secret")
    .map(({ logicalId, properties }) => [code(logicalId), properties.text("Description")]);
  return table(["store", "settings"], [...tables, ...secrets]);
}

function attributeTypes(properties: Section): ReadonlyMap<string, string> {
  const definitions = properties.sections("AttributeDefinitions");
  return new Map(definitions.map((one) => [one.text("AttributeName"), one.text("AttributeType")]));
}

function keys(section: Section, types: ReadonlyMap<string, string>): string {
  const names = section.sections("KeySchema").map((key) => key.text("AttributeName"));
  return `key ${names.map((name) => `${code(name)} (${types.get(name)})`).join(", ")}`;
}

function projection(section: Section): string {
  const attributes = section.has("NonKeyAttributes") ? ` ${codes(section.texts("NonKeyAttributes"))}` : "";
  return `projection ${code(section.text("ProjectionType"))}${attributes}`;
}
