import { randomUUID } from "node:crypto";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { makeDocumentClient } from "../../src/adapters/dynamodb/document-client.ts";
import { type DynamoTable, TABLE_BUDGETS } from "../../src/adapters/dynamodb/dynamo-table.ts";
import { tableDefinition } from "./template-table.ts";

const LOCAL = { region: "eu-west-1", credentials: { accessKeyId: "local", secretAccessKey: "local" } };

/** The table at a DynamoDB endpoint, with the handlers' short time limits. */
export function tableAt(endpoint: string): DynamoTable {
  const documents = makeDocumentClient({ ...LOCAL, endpoint });
  return { documents, name: "table", index: "GSI1", ...TABLE_BUDGETS };
}

/**
 * A new table, by default as infra/template.yaml declares it. Time limits are wide: an emulator that shares its cores
 * with other tests is slower than DynamoDB.
 */
export async function createTableAt(endpoint: string, define = tableDefinition): Promise<DynamoTable> {
  const documents = makeDocumentClient({ ...LOCAL, endpoint }, { connectMillis: 30_000, requestMillis: 30_000 });
  const table = {
    documents,
    name: `table-${randomUUID()}`,
    index: "GSI1",
    budgetMillis: 60_000,
    changeBudgetMillis: 60_000,
  };
  await documents.send(new CreateTableCommand(define(table.name, table.index)));
  return table;
}
