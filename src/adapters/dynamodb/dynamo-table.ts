import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { DependencyUnavailableError, type UnavailableDependency } from "../../application/errors.ts";
import { withinDeadline } from "../deadline.ts";

/** The one table with its one index, as deployed. */
export type DynamoTable = {
  readonly documents: DynamoDBDocumentClient;
  readonly name: string;
  readonly index: string;
  /** The time for one call of a port, with all its requests. */
  readonly budgetMillis: number;
  /** The time for a call that changes a connection's subscriptions: it may have to wait for other changes. */
  readonly changeBudgetMillis: number;
};

/** The two and five seconds that the ports allow, less the time for the rest of the call. */
export const TABLE_BUDGETS = { budgetMillis: 1900, changeBudgetMillis: 4900 } as const;

export type CallOptions = { readonly abortSignal: AbortSignal };

/**
 * Runs one call of a port within the budget: all its requests to DynamoDB, with the SDK's retries and pauses. A failed
 * condition is rethrown unchanged for the caller, and so is the outage of another dependency. Every other error is an
 * outage of this one.
 */
export async function callTable<T>(
  table: DynamoTable,
  dependency: UnavailableDependency,
  call: (options: CallOptions) => Promise<T>,
  budgetMillis = table.budgetMillis,
): Promise<T> {
  try {
    return await withinDeadline(budgetMillis, (abortSignal) => call({ abortSignal }));
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException || error instanceof DependencyUnavailableError) throw error;
    throw new DependencyUnavailableError(dependency, { cause: error });
  }
}

/** The clock and the pauses of requests that wait, in milliseconds. */
export type Waiting = {
  /** Rejects when the signal is aborted. */
  readonly pause: (millis: number, signal?: AbortSignal) => Promise<unknown>;
  readonly now: () => number;
};

export const WAITING: Waiting = {
  // Most calls never pause, and the module would be a part of each start.
  pause: async (millis, signal) => (await import("node:timers/promises")).setTimeout(millis, undefined, { signal }),
  now: () => performance.now(),
};
