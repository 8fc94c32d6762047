import { setTimeout as pause } from "node:timers/promises";
import { BatchWriteCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { callTable } from "./call-table.ts";
import type { ItemKey } from "./table-keys.ts";

/** As many as DynamoDB takes. */
const BATCH_SIZE = 25;

const FIRST_PAUSE_MILLIS = 25;

/** Deletes without a transaction, which would cost double. What was deleted before is deleted again, harmlessly. */
export async function deleteInBatches(
  documents: DynamoDBDocumentClient,
  table: string,
  keys: readonly ItemKey[],
): Promise<void> {
  for (let start = 0; start < keys.length; start += BATCH_SIZE) {
    await deleteBatch(documents, table, keys.slice(start, start + BATCH_SIZE));
  }
}

/** DynamoDB answers 200 to a batch of which it took a part: the rest is sent again, less and less often. */
async function deleteBatch(documents: DynamoDBDocumentClient, table: string, keys: readonly ItemKey[]): Promise<void> {
  await callTable("SUBSCRIPTION_STORE", async ({ abortSignal }) => {
    let left = keys.map((Key) => ({ DeleteRequest: { Key } })) as Deletions;
    for (let millis = FIRST_PAUSE_MILLIS; ; millis *= 2) {
      const answer = await documents.send(new BatchWriteCommand({ RequestItems: { [table]: left } }), { abortSignal });
      left = answer.UnprocessedItems?.[table] ?? [];
      if (left.length === 0) return;
      await pause(millis * (0.5 + Math.random() / 2), undefined, { signal: abortSignal });
    }
  });
}

type Deletions = NonNullable<NonNullable<BatchWriteCommand["input"]["RequestItems"]>[string]>;
