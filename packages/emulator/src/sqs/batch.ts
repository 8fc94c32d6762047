import { AwsError } from "../aws-json/aws-error.ts";
import { listOfObjects, requiredText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";

const MAX_ENTRIES = 10;

/** The Batch operations: each entry succeeds or fails alone, but an invalid batch fails as a whole. */
export function runBatch(
  input: PlainObject,
  run: (entry: PlainObject) => object,
): { readonly Successful: readonly object[]; readonly Failed: readonly object[] } {
  const entries = listOfObjects(input, "Entries");
  checkEntries(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    const Id = requiredText(entry, "Id");
    try {
      Successful.push({ Id, ...run(entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, SenderFault: true, Code: error.code, Message: error.message });
    }
  }
  return { Successful, Failed };
}

function checkEntries(entries: readonly PlainObject[]): void {
  if (entries.length === 0) throw batchError("EmptyBatchRequest", "There should be at least one entry in the request.");
  if (entries.length > MAX_ENTRIES) {
    throw batchError("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10.");
  }
  const ids = entries.map((entry) => requiredText(entry, "Id"));
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw batchError(
      "InvalidBatchEntryId",
      "A batch entry id can only contain alphanumeric characters, hyphens and underscores.",
    );
  }
  if (new Set(ids).size < ids.length)
    throw batchError("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.");
}

export function batchError(code: string, message: string): AwsError {
  return new AwsError(code, message, { queryCode: `AWS.SimpleQueueService.${code}` });
}
