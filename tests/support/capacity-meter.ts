import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Capacity units, of the table and its index together. */
export type Units = { readonly reads: number; readonly writes: number };

const READS = new Set(["BatchGetItemCommand", "GetItemCommand", "QueryCommand"]);

/** Asks for ReturnConsumedCapacity in every call of a client and adds up what DynamoDB answers. */
export class CapacityMeter {
  #reads = 0;
  #writes = 0;

  constructor(documents: DynamoDBDocumentClient) {
    documents.middlewareStack.add(
      (next, context) => async (args) => {
        Object.assign(args.input, { ReturnConsumedCapacity: "INDEXES" });
        const result = await next(args);
        const { ConsumedCapacity: consumed } = result.output as { ConsumedCapacity?: ConsumedCapacity };
        const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
        if (READS.has(context.commandName ?? "")) this.#reads += units;
        else this.#writes += units;
        return result;
      },
      { step: "initialize", priority: "high", name: "capacityMeter" },
    );
  }

  /** What the calls made by `work` cost. */
  async measure(work: () => Promise<unknown>): Promise<Units> {
    const [reads, writes] = [this.#reads, this.#writes];
    await work();
    return { reads: this.#reads - reads, writes: this.#writes - writes };
  }
}
