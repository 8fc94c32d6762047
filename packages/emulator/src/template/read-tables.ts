import type { TableDescription } from "../dynamodb/create-tables.ts";
import type { Value } from "./evaluation.ts";
import type { Resource } from "./resources.ts";
import type { Section } from "./section.ts";
import type { Stack } from "./stack.ts";

/** The tables of the template. DynamoDB judges their definitions, so that its own words name a mistake. */
export function readTables(stack: Stack): readonly TableDescription[] {
  const read = (type: string, definitionOf: (properties: Section) => Omit<TableDescription, "TableName">) =>
    stack.resources
      .ofType(type)
      .map((resource: Resource) => ({ TableName: stack.nameOf(resource), ...definitionOf(resource.properties) }));
  return [...read("AWS::DynamoDB::Table", readTable), ...read("AWS::Serverless::SimpleTable", readSimpleTable)];
}

function readTable(properties: Section): Omit<TableDescription, "TableName"> {
  return {
    AttributeDefinitions: properties.list("AttributeDefinitions"),
    KeySchema: properties.list("KeySchema"),
    ...readIndexes(properties, "GlobalSecondaryIndexes"),
    ...readIndexes(properties, "LocalSecondaryIndexes"),
  };
}

/** Without their throughput: a laptop has no capacity to provision. */
function readIndexes(properties: Section, name: string): Readonly<Record<string, readonly Value[]>> {
  if (!properties.has(name)) return {};
  const indexes = properties.sections(name).map((index) => ({
    IndexName: index.text("IndexName"),
    KeySchema: index.list("KeySchema"),
    Projection: index.map("Projection"),
  }));
  return { [name]: indexes };
}

const TYPES: Readonly<Record<string, string>> = { String: "S", Number: "N", Binary: "B" };

/** As SAM makes a table of it. */
function readSimpleTable(properties: Section): Omit<TableDescription, "TableName"> {
  const key = properties.section("PrimaryKey");
  const AttributeName = key.text("Name", "id");
  const AttributeType = TYPES[key.text("Type", "String")];
  if (AttributeType === undefined) throw key.problem("Type", "must be String, Number or Binary");
  return {
    AttributeDefinitions: [{ AttributeName, AttributeType }],
    KeySchema: [{ AttributeName, KeyType: "HASH" }],
  };
}
