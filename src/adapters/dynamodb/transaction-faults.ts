import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";

/** Another write came first or is under way; nothing of this transaction was written. */
export function hasConflicted(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    const reasons = reasonsOf(error);
    return reasons.length > 0 && reasons.every((reason) => CONFLICTS.has(reason));
  }
  return error instanceof ConditionalCheckFailedException || error instanceof TransactionConflictException;
}

/** A throttled transaction. The SDK repeats other throttled requests, but not this. */
export function isThrottled(error: unknown): boolean {
  return error instanceof TransactionCanceledException && reasonsOf(error).some((reason) => THROTTLES.has(reason));
}

const CONFLICTS: ReadonlySet<string> = new Set(["ConditionalCheckFailed", "TransactionConflict"]);
const THROTTLES: ReadonlySet<string> = new Set(["ProvisionedThroughputExceeded", "ThrottlingError"]);

/** The reasons of refused items; other items have `None`. */
function reasonsOf({ CancellationReasons = [] }: TransactionCanceledException): readonly string[] {
  return CancellationReasons.flatMap(({ Code }) => (Code === undefined || Code === "None" ? [] : [Code]));
}
