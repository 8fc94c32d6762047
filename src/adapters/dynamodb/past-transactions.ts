import { TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { type CallOptions, WAITING, type Waiting } from "./dynamo-table.ts";

const TRANSACTION_MILLIS = 20;

/** Repeats a write that a transaction on the same record refuses. A transaction takes milliseconds. */
export async function pastTransactions(
  send: () => Promise<unknown>,
  { abortSignal }: CallOptions,
  { pause }: Pick<Waiting, "pause"> = WAITING,
): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch (error) {
      if (!(error instanceof TransactionConflictException)) throw error;
      await pause(TRANSACTION_MILLIS * (0.5 + Math.random()), abortSignal);
    }
  }
}
