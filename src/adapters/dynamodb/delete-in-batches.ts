import { BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import { callTable, type DynamoTable } from "./dynamo-table.ts";
import type { ItemKey } from "./table-keys.ts";
import type { Waiting } from "./waiting.ts";

/** As many as DynamoDB takes. */
const BATCH_SIZE = 25;

const FIRST_PAUSE_MILLIS = 25;

/** Deletes without a transaction, which would cost double. What was deleted before is deleted again, harmlessly. */
export async function deleteInBatches(
  table: DynamoTable,
  keys: readonly ItemKey[],
  waiting: Pick<Waiting, "pause">,
): Promise<void> {
  for (let start = 0; start < keys.length; start += BATCH_SIZE) {
    await deleteBatch(table, keys.slice(start, start + BATCH_SIZE), waiting);
  }
}

/** DynamoDB answers 200 to a batch of which it took a part: the rest is sent again, less and less often. */
async function deleteBatch(
  table: DynamoTable,
  keys: readonly ItemKey[],
  { pause }: Pick<Waiting, "pause">,
): Promise<void> {
  await callTable(table, "SUBSCRIPTION_STORE", async ({ abortSignal }) => {
    let left = keys.map((Key) => ({ DeleteRequest: { Key } })) as Deletions;
    for (let millis = FIRST_PAUSE_MILLIS; ; millis *= 2) {
      const batch = new BatchWriteCommand({ RequestItems: { [table.name]: left } });
      const answer = await table.documents.send(batch, { abortSignal });
      left = answer.UnprocessedItems?.[table.name] ?? [];
      if (left.length === 0) return;
      await pause(millis * (0.5 + Math.random() / 2), abortSignal);
    }
  });
}

type Deletions = NonNullable<NonNullable<BatchWriteCommand["input"]["RequestItems"]>[string]>;
