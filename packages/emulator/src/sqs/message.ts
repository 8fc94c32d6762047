import { AwsError } from "../aws-json/aws-error.ts";

/** A message attribute as its sender gave it: `Binary` types hold base64. */
export type MessageAttribute = {
  readonly dataType: string;
  readonly stringValue?: string;
  readonly binaryValue?: string;
};

export type MessageAttributes = ReadonlyMap<string, MessageAttribute>;

export type OutgoingMessage = {
  readonly body: string;
  readonly attributes?: MessageAttributes;
  readonly traceHeader?: string;
  /** By default the queue's own delay. */
  readonly delaySeconds?: number | undefined;
};

export type Message = {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader?: string | undefined;
  readonly bytes: number;
  /** A dead letter keeps the time of its first send: its retention counts from there. */
  readonly sentAt: number;
  readonly deadLetterSourceArn?: string;
  visibleAt: number;
  /** The handle of the latest receive. Older handles no longer delete. */
  receiptHandle?: string | undefined;
  firstReceivedAt?: number;
  /** The count over all queues, which consumers see. */
  receiveCount: number;
  /** The count in this queue, which SQS compares with `maxReceiveCount`. */
  receivesHere: number;
  /** The reason why a function did not process it, for the queue report. */
  lastFailure?: string;
  /** True once a fault has kept it after its delete. */
  isDuplicate?: boolean;
};

/** The size that SQS limits: the body, and each attribute's name, type and value. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { dataType, stringValue = "", binaryValue = "" }] of attributes) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(dataType) + Buffer.byteLength(stringValue);
    bytes += Buffer.byteLength(binaryValue, "base64");
  }
  return bytes;
}

/** The characters of XML 1.0. SQS accepts no others. */
const ALLOWED = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

/** SQS's SendMessage reference: at least one character, only allowed ones, and at most the queue's maximum size. */
export function checkBody(body: string, bytes: number, maximumBytes: number): void {
  if (body === "") throw new AwsError("MissingParameter", "The request must contain the parameter MessageBody.");
  if (bytes > maximumBytes) {
    throw new AwsError(
      "InvalidParameterValue",
      `One or more parameters are invalid. Reason: Message must be shorter than ${maximumBytes} bytes.`,
    );
  }
  if (!isCarried(body)) throw new AwsError("InvalidMessageContents", "Invalid characters found in the message body.");
}

/** True if SQS accepts the characters of a text. For bodies and for attributes. */
export function isCarried(text: string): boolean {
  return ALLOWED.test(text);
}

/** Names one receive of one message. Opaque to consumers. */
export function makeReceiptHandle(messageId: string, receive: number): string {
  return Buffer.from(`${messageId} ${receive}`).toString("base64");
}

export function messageIdOf(receiptHandle: string): string {
  const [, messageId] = /^([0-9a-f-]{36}) \d+$/.exec(Buffer.from(receiptHandle, "base64").toString("latin1")) ?? [];
  if (messageId === undefined) {
    throw new AwsError("ReceiptHandleIsInvalid", "The input receipt handle is not a valid receipt handle.");
  }
  return messageId;
}
