import { isPlainObject, ownProperty } from "../json.ts";

/** The failed messages of a batch, with the reason. All others must be deleted. */
export type BatchVerdict = { readonly failed: ReadonlySet<string>; readonly reason: string };

/**
 * Judges a function's response under `ReportBatchItemFailures` (Lambda developer guide, "Success and failure
 * conditions"). An empty response (null, no list, an empty list) is a success of all; a malformed one is a failure of
 * all.
 */
export function judgeBatchResponse(response: unknown, messageIds: readonly string[]): BatchVerdict {
  const allFailed = (reason: string) => ({ failed: new Set(messageIds), reason });
  if (response === undefined || response === null) return NONE_FAILED;
  if (Array.isArray(response) && response.length === 0) return NONE_FAILED;
  if (!isPlainObject(response)) return allFailed("the response is not a batch response");

  const failures = ownProperty(response, "batchItemFailures") ?? [];
  if (!Array.isArray(failures)) return allFailed("batchItemFailures is not a list");
  const identifiers = failures.map((failure) =>
    isPlainObject(failure) ? ownProperty(failure, "itemIdentifier") : undefined,
  );
  const known = new Set<unknown>(messageIds);
  if (!identifiers.every((identifier) => known.has(identifier))) {
    return allFailed("batchItemFailures names no message of the batch");
  }
  return { failed: new Set(identifiers as string[]), reason: "reported in batchItemFailures" };
}

const NONE_FAILED: BatchVerdict = { failed: new Set(), reason: "" };
