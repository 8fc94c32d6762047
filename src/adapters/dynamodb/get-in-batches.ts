import { setTimeout as pause } from "node:timers/promises";
import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import type { UnavailableDependency } from "../../application/errors.ts";
import { type CallOptions, callTable, type DynamoTable } from "./dynamo-table.ts";
import type { ItemKey } from "./table-keys.ts";

/** DynamoDB's limit for BatchGetItem. */
const BATCH_SIZE = 100;

const FIRST_PAUSE_MILLIS = 25;

type Items = readonly Readonly<Record<string, unknown>>[];

/** Reads items by distinct keys, strongly and in no order, all within one budget. */
export async function getInBatches(
  table: DynamoTable,
  dependency: UnavailableDependency,
  keys: readonly ItemKey[],
): Promise<Items> {
  const batches = Array.from({ length: Math.ceil(keys.length / BATCH_SIZE) }, (_, n) =>
    keys.slice(n * BATCH_SIZE, (n + 1) * BATCH_SIZE),
  );
  return callTable(table, dependency, async (options) =>
    (await Promise.all(batches.map((batch) => getBatch(table, batch, options)))).flat(),
  );
}

/** DynamoDB answers 200 although it read only some of a batch: the rest is read again, after growing pauses. */
async function getBatch(
  { documents, name }: DynamoTable,
  batch: readonly ItemKey[],
  options: CallOptions,
): Promise<Items> {
  const found: Record<string, unknown>[] = [];
  let left: Record<string, unknown>[] = [...batch];
  for (let millis = FIRST_PAUSE_MILLIS; ; millis *= 2) {
    const get = new BatchGetCommand({ RequestItems: { [name]: { Keys: left, ConsistentRead: true } } });
    const answer = await documents.send(get, options);
    found.push(...(answer.Responses?.[name] ?? []));
    left = answer.UnprocessedKeys?.[name]?.Keys ?? [];
    if (left.length === 0) return found;
    await pause(millis * (0.5 + Math.random() / 2), undefined, { signal: options.abortSignal });
  }
}
