import { randomUUID } from "node:crypto";
import { CreateTableCommand, type CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { inject } from "vitest";
import { makeDocumentClient } from "../../src/adapters/dynamodb/document-client.ts";
import type { TableNames } from "../../src/adapters/dynamodb/table-keys.ts";

const LOCAL = { region: "eu-west-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

/** A client as the handlers make it, for whatever answers at the endpoint. */
export function clientFor(endpoint: string): DynamoDBDocumentClient {
  return makeDocumentClient({ ...LOCAL, endpoint });
}

export type TestTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly names: TableNames;
  /** Another client of the same table, for those who tamper with theirs. */
  readonly makeClient: () => DynamoDBDocumentClient;
};

/** A table as infra/template.yaml declares it, empty, of one's own. */
export async function createTable(): Promise<TestTable> {
  const answer = await fetch(inject("dynamodbLocal"));
  if (!answer.ok) throw new Error(await answer.text());
  const endpoint = await answer.text();
  const documents = clientFor(endpoint);
  const names = { table: `table-${randomUUID()}`, index: "GSI1" };
  await documents.send(new CreateTableCommand(definitionOf(names)));
  return { documents, names, makeClient: () => clientFor(endpoint) };
}

function definitionOf({ table, index }: TableNames): CreateTableCommandInput {
  return {
    TableName: table,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: ["pk", "sk", "GSI1PK", "GSI1SK"].map((AttributeName) => ({
      AttributeName,
      AttributeType: "S",
    })),
    KeySchema: keySchema("pk", "sk"),
    GlobalSecondaryIndexes: [
      {
        IndexName: index,
        KeySchema: keySchema("GSI1PK", "GSI1SK"),
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...PROJECTED] },
      },
    ],
  };
}

/** What a connection is read back from. As `following` is not among them, a subscription costs no write to the index. */
const PROJECTED = ["firstName", "lastName", "sub", "sourceIp", "userAgent", "connectedAt", "expiresAt"] as const;

function keySchema(partition: string, sort: string): NonNullable<CreateTableCommandInput["KeySchema"]> {
  return [
    { AttributeName: partition, KeyType: "HASH" },
    { AttributeName: sort, KeyType: "RANGE" },
  ];
}
