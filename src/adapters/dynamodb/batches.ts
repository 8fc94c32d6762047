import { BatchGetCommand, BatchWriteCommand } from "@aws-sdk/lib-dynamodb";
import type { UnavailableDependency } from "../../application/errors.ts";
import { type CallOptions, callTable, type DynamoTable, WAITING, type Waiting } from "./dynamo-table.ts";
import type { ItemKey } from "./table-keys.ts";

/** DynamoDB's limit for BatchGetItem. */
const GET_BATCH_SIZE = 100;

/** DynamoDB's limit for BatchWriteItem. */
const DELETE_BATCH_SIZE = 25;

const FIRST_PAUSE_MILLIS = 25;

type Items = readonly Readonly<Record<string, unknown>>[];

/** Reads items by distinct keys within one budget. The reads are strongly consistent; the items come in any order. */
export async function getInBatches(
  table: DynamoTable,
  dependency: UnavailableDependency,
  keys: readonly ItemKey[],
): Promise<Items> {
  return callTable(table, dependency, (options) => getWithin(options, table, keys));
}

/** Reads items as a part of a call. At most a page or the named connections are asked for: five batches at once. */
export async function getWithin(options: CallOptions, table: DynamoTable, keys: readonly ItemKey[]): Promise<Items> {
  const batches = Array.from({ length: Math.ceil(keys.length / GET_BATCH_SIZE) }, (_, n) =>
    keys.slice(n * GET_BATCH_SIZE, (n + 1) * GET_BATCH_SIZE),
  );
  return (await Promise.all(batches.map((batch) => getBatch(table, batch, options)))).flat();
}

/** Reads one batch. DynamoDB responds 200 even if it read only a part: the rest is read again, after growing pauses. */
async function getBatch(
  { documents, name }: DynamoTable,
  batch: readonly ItemKey[],
  options: CallOptions,
): Promise<Items> {
  const found: Record<string, unknown>[] = [];
  let left: Record<string, unknown>[] = [...batch];
  for (let millis = FIRST_PAUSE_MILLIS; ; millis *= 2) {
    const get = new BatchGetCommand({ RequestItems: { [name]: { Keys: left, ConsistentRead: true } } });
    const response = await documents.send(get, options);
    found.push(...(response.Responses?.[name] ?? []));
    left = response.UnprocessedKeys?.[name]?.Keys ?? [];
    if (left.length === 0) return found;
    await WAITING.pause(millis * (0.5 + Math.random() / 2), options.abortSignal);
  }
}

/** Deletes without a transaction, which would cost twice as much. Deleting an item again is harmless. */
export async function deleteInBatches(
  table: DynamoTable,
  keys: readonly ItemKey[],
  waiting: Pick<Waiting, "pause">,
): Promise<void> {
  for (let start = 0; start < keys.length; start += DELETE_BATCH_SIZE) {
    await deleteBatch(table, keys.slice(start, start + DELETE_BATCH_SIZE), waiting);
  }
}

/**
 * Deletes one batch. DynamoDB responds 200 even if it took only a part: the rest is sent again, after growing pauses.
 */
async function deleteBatch(
  table: DynamoTable,
  keys: readonly ItemKey[],
  { pause }: Pick<Waiting, "pause">,
): Promise<void> {
  await callTable(table, "SUBSCRIPTION_STORE", async ({ abortSignal }) => {
    let left = keys.map((Key) => ({ DeleteRequest: { Key } })) as Deletions;
    for (let millis = FIRST_PAUSE_MILLIS; ; millis *= 2) {
      const batch = new BatchWriteCommand({ RequestItems: { [table.name]: left } });
      const response = await table.documents.send(batch, { abortSignal });
      left = response.UnprocessedItems?.[table.name] ?? [];
      if (left.length === 0) return;
      await pause(millis * (0.5 + Math.random() / 2), abortSignal);
    }
  });
}

type Deletions = NonNullable<NonNullable<BatchWriteCommand["input"]["RequestItems"]>[string]>;
