import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { CallOptions, DynamoTable } from "./dynamo-table.ts";

type Items = readonly Readonly<Record<string, unknown>>[];

/** A partition key, by the placeholder of its query. */
type Partition = { readonly ":connection": string } | { readonly ":user": string };

/** Sends one request, within a budget of the caller. */
type Send = <T>(request: (options: CallOptions) => Promise<T>) => Promise<T>;

/** All items of a partition, with strong consistency. Each page is one request. */
export async function* partitionPages(table: DynamoTable, partition: Partition, send: Send): AsyncGenerator<Items> {
  const [placeholder] = Object.keys(partition);
  let start: Record<string, unknown> | undefined;
  do {
    const query = new QueryCommand({
      TableName: table.name,
      ConsistentRead: true,
      KeyConditionExpression: `pk = ${placeholder}`,
      ExpressionAttributeValues: partition,
      ExclusiveStartKey: start,
    });
    const page = await send((options) => table.documents.send(query, options));
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** All items of a partition, with strong consistency, read within one budget. */
export async function partitionItems(table: DynamoTable, partition: Partition, options: CallOptions): Promise<Items> {
  const items: Items[number][] = [];
  for await (const page of partitionPages(table, partition, (request) => request(options))) items.push(...page);
  return items;
}
