import type { AwsAccount } from "../aws-account.ts";
import { isPlainObject } from "../json.ts";
import { printable } from "../printing/printable.ts";

/** A table as CreateTable takes it, without its billing. */
export type TableDescription = {
  readonly TableName: string;
  readonly AttributeDefinitions: readonly unknown[];
  readonly KeySchema: readonly unknown[];
};

const TIME_LIMIT_MILLIS = 5_000;

/**
 * Makes the tables that DynamoDB does not have yet, with the credentials of the functions: DynamoDB Local keeps a set of
 * tables for each access key and region. A table that is there stays as it is. Gives one line for each failure.
 */
export async function createTables(
  tables: readonly TableDescription[],
  { endpoint, account }: { readonly endpoint: string; readonly account: AwsAccount },
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const table of tables) {
    try {
      const refusal = await createTable(table, endpoint, account);
      if (refusal !== undefined) failures.push(refusal);
    } catch {
      // The next table would wait as long for the same line.
      return [...failures, `no DynamoDB answers at ${endpoint}`];
    }
  }
  return failures;
}

async function createTable(
  table: TableDescription,
  endpoint: string,
  { functionsAccessKeyId, region }: AwsAccount,
): Promise<string | undefined> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-amz-json-1.0",
      "X-Amz-Target": "DynamoDB_20120810.CreateTable",
      // DynamoDB Local reads key and region, and checks no signature. At AWS this one opens nothing.
      Authorization: `AWS4-HMAC-SHA256 Credential=${functionsAccessKeyId}/20260101/${region}/dynamodb/aws4_request, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify({ ...table, BillingMode: "PAY_PER_REQUEST" }),
    signal: AbortSignal.timeout(TIME_LIMIT_MILLIS),
  });
  const answer: unknown = await response.json();
  const { __type: type = "", message, Message } = isPlainObject(answer) ? (answer as Answer) : {};
  if (response.ok || /#ResourceInUseException$/.test(type)) return undefined;
  return printable(`DynamoDB refuses table ${table.TableName}: ${message ?? Message ?? response.status}`);
}

type Answer = { readonly __type?: string; readonly message?: string; readonly Message?: string };
