import { MalformedInputError } from "../../../domain/errors.ts";
import { isPlainObject, ownProperty } from "../../../domain/plain-object.ts";

/** One message of a batch. Its body is not trusted: it may be any text. */
export type QueuedMessage = {
  readonly messageId: string;
  readonly body: string;
  /** The queue's name, for the log. */
  readonly queue: string;
  /** How often it was received, this time included. */
  readonly receives: number;
};

/** The messages that Lambda must leave in the queue; it deletes all others (developer guide, Using Lambda with SQS). */
export type SqsBatchResponse = { readonly batchItemFailures: readonly { readonly itemIdentifier: string }[] };

/** Throws MalformedInputError for an event that is no batch: it returns to its queue as a whole. */
export function parseSqsEvent(event: unknown): readonly QueuedMessage[] {
  const records = isPlainObject(event) ? ownProperty(event, "Records") : undefined;
  if (!Array.isArray(records)) throw new MalformedInputError("MALFORMED_EVENT");
  return records.map(parseMessage);
}

export function batchResponse(failed: readonly QueuedMessage[]): SqsBatchResponse {
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function parseMessage(record: unknown): QueuedMessage {
  const [messageId, body, arn, attributes] = ["messageId", "body", "eventSourceARN", "attributes"].map((name) =>
    isPlainObject(record) ? ownProperty(record, name) : undefined,
  );
  const receives = Number(isPlainObject(attributes) ? ownProperty(attributes, "ApproximateReceiveCount") : undefined);
  if (typeof messageId !== "string" || typeof body !== "string") throw new MalformedInputError("MALFORMED_EVENT");
  return {
    messageId,
    body,
    queue: typeof arn === "string" ? arn.slice(arn.lastIndexOf(":") + 1) : "",
    receives: receives || 1,
  };
}
