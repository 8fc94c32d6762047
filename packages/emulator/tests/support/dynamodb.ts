import { randomBytes } from "node:crypto";
import { type AttributeValue, DescribeTableCommand, DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { inject } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";

/**
 * The DynamoDB Local that all tests of a run share. It keeps a set of tables for each access key: with a key of its own,
 * a test meets no table of another one.
 */
export async function ownDynamodb() {
  const response = await fetch(inject("dynamodbLocal"));
  if (!response.ok) throw new Error(await response.text());
  const endpoint = await response.text();
  const functionsAccessKeyId = `functions${randomBytes(8).toString("hex")}`;
  const credentials = { accessKeyId: functionsAccessKeyId, secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: DEFAULT_ACCOUNT.region, credentials });

  async function items(TableName: string): Promise<readonly Readonly<Record<string, AttributeValue>>[]> {
    return (await client.send(new ScanCommand({ TableName, ConsistentRead: true }))).Items ?? [];
  }
  async function table(TableName: string) {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  }
  return { endpoints: { dynamodb: endpoint }, account: { functionsAccessKeyId }, client, items, table };
}
