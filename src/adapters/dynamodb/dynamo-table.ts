import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DependencyUnavailableError, type UnavailableDependency } from "../../application/errors.ts";

/** The one table with its one index, as deployed. */
export type DynamoTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly name: string;
  readonly index: string;
  /** For one call of a port, whatever it sends. */
  readonly budgetMillis: number;
  /** For a call that changes what a connection follows: it may have to wait for other changes. */
  readonly changeBudgetMillis: number;
};

/** The ports' two and five seconds, less the time for answering. */
export const TABLE_BUDGETS = { budgetMillis: 1900, changeBudgetMillis: 4900 } as const;

export type CallOptions = { readonly abortSignal: AbortSignal };

/**
 * One call of a port, with all that it sends to DynamoDB and the SDK's retries and pauses, within the budget: those
 * pauses hear no abort signal, so the call is also raced. A condition that failed is the caller's to read; whatever else
 * goes wrong is an outage.
 */
export async function callTable<T>(
  table: DynamoTable,
  dependency: UnavailableDependency,
  call: (options: CallOptions) => Promise<T>,
  budgetMillis = table.budgetMillis,
): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error("No answer within the budget")), budgetMillis);
  try {
    return await Promise.race([call({ abortSignal: abort.signal }), rejectionOf(abort.signal)]);
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) throw error;
    throw new DependencyUnavailableError(dependency, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
