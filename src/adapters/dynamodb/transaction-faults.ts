import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";

/** True if another write came first or is in progress. This transaction then wrote nothing. */
export function hasConflicted(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    const reasons = reasonsOf(error);
    return reasons.length > 0 && reasons.every((reason) => CONFLICTS.has(reason));
  }
  return error instanceof ConditionalCheckFailedException || error instanceof TransactionConflictException;
}

/** True for a transaction that a condition refused. It wrote nothing, and would be refused again. */
export function isConditionOf(error: unknown): boolean {
  return error instanceof TransactionCanceledException && reasonsOf(error).includes("ConditionalCheckFailed");
}

/** True for a throttled transaction. The SDK repeats other throttled requests, but not transactions. */
export function isThrottled(error: unknown): boolean {
  return error instanceof TransactionCanceledException && reasonsOf(error).some((reason) => THROTTLES.has(reason));
}

const CONFLICTS: ReadonlySet<string> = new Set(["ConditionalCheckFailed", "TransactionConflict"]);
const THROTTLES: ReadonlySet<string> = new Set(["ProvisionedThroughputExceeded", "ThrottlingError"]);

/** The reasons of the refused items. Items that were not refused have `None`. */
function reasonsOf({ CancellationReasons = [] }: TransactionCanceledException): readonly string[] {
  return CancellationReasons.flatMap(({ Code }) => (Code === undefined || Code === "None" ? [] : [Code]));
}
