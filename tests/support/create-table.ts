import { inject } from "vitest";
import type { DynamoTable } from "../../src/adapters/dynamodb/dynamo-table.ts";
import { createTableAt } from "./dynamodb-table.ts";

/** A new table in the DynamoDB Local that all tests of a run share. */
export async function createTable(): Promise<DynamoTable> {
  const answer = await fetch(inject("dynamodbLocal"));
  if (!answer.ok) throw new Error(await answer.text());
  return createTableAt(await answer.text());
}
