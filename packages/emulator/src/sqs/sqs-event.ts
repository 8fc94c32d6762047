import type { Message, MessageAttribute } from "./message.ts";
import { md5, md5OfAttributes, systemAttributes } from "./message-attributes.ts";

/** A batch as Lambda hands it to a function (Lambda developer guide, "Example standard queue message event"). */
export type SqsEvent = { readonly Records: readonly SqsRecord[] };

type SqsRecord = {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, object>>;
  readonly md5OfMessageAttributes?: string;
  readonly md5OfBody: string;
  readonly eventSource: "aws:sqs";
  readonly eventSourceARN: string;
  readonly awsRegion: string;
};

export function toSqsEvent(messages: readonly Message[], queueArn: string): SqsEvent {
  return { Records: messages.map((message) => toRecord(message, queueArn)) };
}

function toRecord(message: Message, queueArn: string): SqsRecord {
  const attributesDigest = md5OfAttributes(message.attributes);
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle ?? "",
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries([...message.attributes].map(([name, value]) => [name, toLambda(value)])),
    ...(attributesDigest !== undefined && { md5OfMessageAttributes: attributesDigest }),
    md5OfBody: md5(message.body),
    eventSource: "aws:sqs",
    eventSourceARN: queueArn,
    awsRegion: queueArn.split(":")[3] ?? "",
  };
}

function toLambda({ dataType, ...value }: MessageAttribute): object {
  return { ...value, stringListValues: [], binaryListValues: [], dataType };
}
