import { AsyncLocalStorage } from "node:async_hooks";
import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";
import type { BatchGetCommandInput, DynamoDBDocumentClient, TransactWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { itemBytes } from "../../src/adapters/dynamodb/connection-item.ts";

/** Capacity units, of the table and its index together. */
export type Units = { readonly reads: number; readonly writes: number };

type Count = { reads: number; writes: number };

const READS = new Set(["BatchGetItemCommand", "GetItemCommand", "QueryCommand"]);

type TransactItem = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/**
 * Asks for ReturnConsumedCapacity in every call of a client and adds up DynamoDB's figures. It counts three cases itself.
 * DynamoDB Local leaves out some items of a transaction, and doubles others twice: each item counts two units for each
 * kilobyte, and its entry in an index one, which is written after the transaction. It leaves out the keys of a batch under
 * which there is no item: each key counts as an item. A refused write is charged too: it counts what the write would have
 * cost. An item that an update changes is no larger than a kilobyte: tests of the adapter ensure that.
 */
export class CapacityMeter {
  readonly #counts = new AsyncLocalStorage<Count>();
  /** The units of items that a transaction put, for the case that a later one deletes them. */
  readonly #units = new Map<string, number>();

  constructor(documents: DynamoDBDocumentClient) {
    documents.middlewareStack.add(
      (next, context) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "INDEXES" });
        const count = this.#counts.getStore() ?? { reads: 0, writes: 0 };
        const kind = READS.has(context.commandName ?? "") ? "reads" : "writes";
        const { TransactItems } = args.input as Partial<TransactWriteCommandInput>;
        const ownCount = TransactItems ? this.#ofTransaction(TransactItems) : batchUnits(args.input);
        try {
          const { output } = await next(args);
          count[kind] += ownCount ?? consumedUnits(output);
          return { output } as Awaited<ReturnType<typeof next>>;
        } catch (thrown) {
          if (kind === "writes") count.writes += ownCount ?? 1;
          throw thrown;
        }
      },
      { step: "initialize", priority: "high", name: "capacityMeter" },
    );
  }

  /** The cost of the calls that `work` makes, also if other work is measured at the same time. */
  async measure(work: () => Promise<unknown>): Promise<Units> {
    const count: Count = { reads: 0, writes: 0 };
    await this.#counts.run(count, work);
    return count;
  }

  #ofTransaction(items: readonly TransactItem[]): number {
    return items.reduce((sum, item) => sum + this.#unitsOf(item), 0);
  }

  #unitsOf({ Put, Update, Delete }: TransactItem): number {
    // Another key in an index removes one entry and writes one.
    if (Update) return 2 + 2 * INDEX_KEYS.filter((name) => Update.UpdateExpression?.includes(`#${name} =`)).length;
    const { TableName, Item, Key } = { ...Put, ...Delete };
    const id = (key: Readonly<Record<string, unknown>>) => JSON.stringify([TableName, key["pk"], key["sk"]]);
    if (Item !== undefined) this.#units.set(id(Item), 2 * kilobytes(Item) + indexEntries(Item));
    return this.#units.get(id(Item ?? Key ?? {})) ?? 2;
  }
}

/** The sort key of the users' index, and the partition key of the index of ends. */
const INDEX_KEYS = ["GSI1SK", "endSlot"] as const;

function indexEntries(item: Readonly<Record<string, unknown>>): number {
  return INDEX_KEYS.filter((name) => item[name] !== undefined).length;
}

/** An element of a list costs one byte more, as one of a set does. */
function kilobytes(item: Readonly<Record<string, unknown>>): number {
  const lists = Object.values(item).filter(Array.isArray);
  return Math.ceil((itemBytes(item) + lists.length * 4) / 1024);
}

/** Of a batch of reads. */
function batchUnits(input: object): number | undefined {
  const tables = Object.values((input as BatchGetCommandInput).RequestItems ?? {});
  const reads = tables.flatMap((table) => (table.Keys === undefined ? [] : { ...table, keys: table.Keys.length }));
  if (reads.length === 0) return undefined;
  return reads.reduce((sum, { keys, ConsistentRead }) => sum + keys * (ConsistentRead ? 1 : 0.5), 0);
}

function consumedUnits(output: object): number {
  const { ConsumedCapacity: consumed } = output as { readonly ConsumedCapacity?: ConsumedCapacity };
  return [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
}
