import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { CallOptions, DynamoTable } from "./dynamo-table.ts";

type Items = readonly Readonly<Record<string, unknown>>[];

/** Sends one request, within a budget of the caller. */
type Send = <T>(request: (options: CallOptions) => Promise<T>) => Promise<T>;

/** All items of a partition, with strong consistency. Each page is one request. The owner's name is the key's placeholder. */
export async function partitionItems(
  table: DynamoTable,
  owner: ":connection" | ":user",
  key: string,
  send: Send,
): Promise<Items> {
  const items: Items[number][] = [];
  let start: Record<string, unknown> | undefined;
  do {
    const page = await send((options) =>
      table.documents.send(
        new QueryCommand({
          TableName: table.name,
          ConsistentRead: true,
          KeyConditionExpression: `pk = ${owner}`,
          ExpressionAttributeValues: { [owner]: key },
          ExclusiveStartKey: start,
        }),
        options,
      ),
    );
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start);
  return items;
}
