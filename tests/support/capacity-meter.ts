import { AsyncLocalStorage } from "node:async_hooks";
import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";
import type { BatchGetCommandInput, DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Capacity units, of the table and its index together. */
export type Units = { readonly reads: number; readonly writes: number };

type Count = { reads: number; writes: number };

const READS = new Set(["BatchGetItemCommand", "GetItemCommand", "QueryCommand"]);

/**
 * Asks for ReturnConsumedCapacity in every call of a client and adds up DynamoDB's figures. It counts three cases itself.
 * DynamoDB Local leaves out items of a transaction: each item counts two units. It leaves out the keys of a batch under
 * which there is no item: each key counts as an item. A refused write is charged too: it counts what the write would have
 * cost. No item here is larger than a kilobyte: tests of the adapter ensure that.
 */
export class CapacityMeter {
  readonly #counts = new AsyncLocalStorage<Count>();

  constructor(documents: DynamoDBDocumentClient) {
    documents.middlewareStack.add(
      (next, context) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "INDEXES" });
        const count = this.#counts.getStore() ?? { reads: 0, writes: 0 };
        const kind = READS.has(context.commandName ?? "") ? "reads" : "writes";
        const ownCount = transactionUnits(args.input) ?? batchUnits(args.input);
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
}

function transactionUnits(input: object): number | undefined {
  const { TransactItems } = input as { readonly TransactItems?: readonly unknown[] };
  return TransactItems && 2 * TransactItems.length;
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
