import { AwsError } from "../aws-json/aws-error.ts";
import type { Operation } from "../aws-json/aws-json-service.ts";
import { listOfTexts, optionalText, requiredText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";
import type { Queue } from "./queue.ts";
import { type Queues, queueAt, queueUrl } from "./queues.ts";

export function queueOperations(queues: Queues): readonly (readonly [string, Operation])[] {
  const queueOf = (input: PlainObject) => queueAt(queues, requiredText(input, "QueueUrl"));
  return [
    [
      "GetQueueUrl",
      (input, { origin }) => ({
        QueueUrl: queueUrl(queues, queueAt(queues, requiredText(input, "QueueName")), origin),
      }),
    ],
    [
      "ListQueues",
      (input, { origin }) => {
        const prefix = optionalText(input, "QueueNamePrefix") ?? "";
        const named = queues.all.filter(({ settings }) => settings.name.startsWith(prefix));
        return { QueueUrls: named.map((queue) => queueUrl(queues, queue, origin)) };
      },
    ],
    ["GetQueueAttributes", (input) => ({ Attributes: selectAttributes(queues, queueOf(input), input) })],
    [
      "PurgeQueue",
      (input) => {
        queueOf(input).purge();
        return {};
      },
    ],
  ];
}

function selectAttributes(queues: Queues, queue: Queue, input: PlainObject): object {
  const wanted = listOfTexts(input, "AttributeNames");
  const all = attributesOf(queues, queue);
  const unknown = wanted.find((name) => name !== "All" && !KNOWN.has(name));
  if (unknown !== undefined) throw new AwsError("InvalidAttributeName", "Unknown Attribute.");
  return Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes("All") || wanted.includes(name)));
}

/** The attribute names that SQS knows. Attributes of encryption, policies and FIFO queues are never set here. */
const KNOWN = new Set([
  "ApproximateNumberOfMessages",
  "ApproximateNumberOfMessagesDelayed",
  "ApproximateNumberOfMessagesNotVisible",
  "ContentBasedDeduplication",
  "CreatedTimestamp",
  "DeduplicationScope",
  "DelaySeconds",
  "FifoQueue",
  "FifoThroughputLimit",
  "KmsDataKeyReusePeriodSeconds",
  "KmsMasterKeyId",
  "LastModifiedTimestamp",
  "MaximumMessageSize",
  "MessageRetentionPeriod",
  "Policy",
  "QueueArn",
  "ReceiveMessageWaitTimeSeconds",
  "RedriveAllowPolicy",
  "RedrivePolicy",
  "SqsManagedSseEnabled",
  "VisibilityTimeout",
]);

function attributesOf(queues: Queues, queue: Queue): Readonly<Record<string, string>> {
  const { settings } = queue;
  const { visible, inFlight, delayed } = queue.counts();
  const target = queues.find(settings.deadLetters?.queue ?? "");
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    VisibilityTimeout: String(settings.visibilityTimeoutSeconds),
    DelaySeconds: String(settings.delaySeconds),
    MaximumMessageSize: String(settings.maximumMessageBytes),
    MessageRetentionPeriod: String(settings.retentionSeconds),
    ReceiveMessageWaitTimeSeconds: String(settings.receiveWaitSeconds),
    ...(target !== undefined && {
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: target.arn,
        maxReceiveCount: settings.deadLetters?.maxReceiveCount,
      }),
    }),
  };
}
