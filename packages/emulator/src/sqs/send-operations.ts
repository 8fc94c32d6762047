import { AwsError } from "../aws-json/aws-error.ts";
import type { Operation } from "../aws-json/aws-json-service.ts";
import { boundedInteger, listOfObjects, optionalObject, optionalText, requiredText } from "../aws-json/members.ts";
import { ownProperty, type PlainObject } from "../json.ts";
import { batchError, runBatch } from "./batch.ts";
import { messageBytes, type OutgoingMessage } from "./message.ts";
import { md5, md5OfAttributes, parseMessageAttributes } from "./message-attributes.ts";
import type { Queue } from "./queue.ts";
import { type Queues, queueAt } from "./queues.ts";

/** Throws if the queue's policy denies sending to the caller. */
export type SenderCheck = (queue: Queue, caller: { readonly accessKeyId: string }) => void;

export function makeSenderCheck(maySend: (queueArn: string, accessKeyId: string) => boolean = () => true): SenderCheck {
  return ({ arn }, { accessKeyId }) => {
    if (maySend(arn, accessKeyId)) return;
    const message = `Not authorized to perform: sqs:sendmessage on resource: ${arn} with an explicit deny in a resource-based policy`;
    throw new AwsError("AccessDeniedException", message, { status: 403, queryCode: "AccessDenied" });
  };
}

const MAX_REQUEST_BYTES = 1_048_576;

export function sendOperations({
  queues,
  checkSender,
}: {
  readonly queues: Queues;
  readonly checkSender: SenderCheck;
}): readonly (readonly [string, Operation])[] {
  return [
    [
      "SendMessage",
      (input, caller) => {
        const queue = queueAt(queues, requiredText(input, "QueueUrl"));
        checkSender(queue, caller);
        return send(queue, input);
      },
    ],
    [
      "SendMessageBatch",
      (input, caller) => {
        const queue = queueAt(queues, requiredText(input, "QueueUrl"));
        checkSender(queue, caller);
        checkTotal(listOfObjects(input, "Entries"));
        return runBatch(input, (entry) => send(queue, entry));
      },
    ],
  ];
}

function send(queue: Queue, entry: PlainObject): object {
  const outgoing = parseOutgoing(entry);
  const message = queue.send(outgoing);
  const attributesDigest = md5OfAttributes(message.attributes);
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5(message.body),
    ...(attributesDigest !== undefined && { MD5OfMessageAttributes: attributesDigest }),
  };
}

function parseOutgoing(entry: PlainObject): OutgoingMessage {
  const traceHeader = ownProperty(optionalObject(entry, "MessageSystemAttributes") ?? {}, "AWSTraceHeader") ?? {};
  const traceText = optionalText(traceHeader as PlainObject, "StringValue");
  return {
    body: requiredText(entry, "MessageBody"),
    attributes: parseMessageAttributes(optionalObject(entry, "MessageAttributes")),
    delaySeconds: boundedInteger(entry, "DelaySeconds", {
      min: 0,
      max: 900,
      fallback: undefined,
      reason: "DelaySeconds must be >= 0 and <= 900.",
    }),
    ...(traceText !== undefined && { traceHeader: traceText }),
  };
}

function checkTotal(entries: readonly PlainObject[]): void {
  const bytes = entries.reduce((sum, entry) => {
    const attributes = parseMessageAttributes(optionalObject(entry, "MessageAttributes"));
    return sum + messageBytes(optionalText(entry, "MessageBody") ?? "", attributes);
  }, 0);
  if (bytes > MAX_REQUEST_BYTES) {
    throw batchError("BatchRequestTooLong", `Batch requests cannot be longer than ${MAX_REQUEST_BYTES} bytes.`);
  }
}
