import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";

/** Something else was written first, or is being written: nothing of this was. */
export function hasConflicted(error: unknown): boolean {
  if (error instanceof TransactionCanceledException) {
    const reasons = reasonsOf(error);
    return reasons.length > 0 && reasons.every((reason) => CONFLICTS.has(reason));
  }
  return error instanceof ConditionalCheckFailedException || error instanceof TransactionConflictException;
}

/** Of a transaction: the SDK tries again what is throttled alone, and not this. */
export function isThrottled(error: unknown): boolean {
  return error instanceof TransactionCanceledException && reasonsOf(error).some((reason) => THROTTLES.has(reason));
}

const CONFLICTS: ReadonlySet<string> = new Set(["ConditionalCheckFailed", "TransactionConflict"]);
const THROTTLES: ReadonlySet<string> = new Set(["ProvisionedThroughputExceeded", "ThrottlingError"]);

/** Why items were refused; the others say `None`. */
function reasonsOf({ CancellationReasons = [] }: TransactionCanceledException): readonly string[] {
  return CancellationReasons.flatMap(({ Code }) => (Code === undefined || Code === "None" ? [] : [Code]));
}
