import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  type AttributeValue,
  CreateTableCommand,
  type CreateTableCommandInput,
  DynamoDBClient,
  ScanCommand,
} from "@aws-sdk/client-dynamodb";
import { inject } from "vitest";
import { parse } from "yaml";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";

type Resource = { readonly Type: string; readonly Properties: Omit<CreateTableCommandInput, "TableName"> & Named };
type Named = { readonly TableName?: string };
type Parameters = Readonly<Record<string, { readonly Default?: string } | undefined>>;

/**
 * The tables that a template declares, in the DynamoDB Local that all tests of a run share. It keeps a set of tables for
 * each access key: with a key of its own, a test meets no table of another one.
 */
export async function createTables(template: string) {
  const response = await fetch(inject("dynamodbLocal"));
  if (!response.ok) throw new Error(await response.text());
  const endpoint = await response.text();
  const functionsAccessKeyId = `functions${randomBytes(8).toString("hex")}`;
  const credentials = { accessKeyId: functionsAccessKeyId, secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: DEFAULT_ACCOUNT.region, credentials });
  for (const definition of tableDefinitions(template)) await client.send(new CreateTableCommand(definition));

  async function items(TableName: string): Promise<readonly Readonly<Record<string, AttributeValue>>[]> {
    return (await client.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? [];
  }
  return { options: { template, endpoints: { dynamodb: endpoint }, account: { functionsAccessKeyId } }, items };
}

/** An intrinsic function becomes the text of its argument. A name that is a parameter is the parameter's default. */
function tableDefinitions(template: string): readonly CreateTableCommandInput[] {
  const { Parameters = {}, Resources } = parse(readFileSync(template, "utf8"), { logLevel: "silent" });
  const parameters: Parameters = Parameters;
  return Object.entries<Resource>(Resources)
    .filter(([, { Type }]) => Type === "AWS::DynamoDB::Table")
    .map(([logicalId, { Properties }]) => {
      const { TableName: name = logicalId, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = Properties;
      return {
        TableName: parameters[name]?.Default ?? name,
        BillingMode: "PAY_PER_REQUEST",
        ...{ AttributeDefinitions, KeySchema, GlobalSecondaryIndexes },
      };
    });
}
