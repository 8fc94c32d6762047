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
  /** The queue's own delay where it is not given. */
  readonly delaySeconds?: number | undefined;
};

export type Message = {
  readonly id: string;
  readonly body: string;
  readonly attributes: MessageAttributes;
  readonly traceHeader?: string | undefined;
  readonly bytes: number;
  /** A dead letter keeps the moment at which it was first sent: its retention counts from there. */
  readonly sentAt: number;
  readonly deadLetterSourceArn?: string;
  visibleAt: number;
  /** Of the latest receive; older handles no longer delete. */
  receiptHandle?: string | undefined;
  firstReceivedAt?: number;
  /** Over all queues, as SQS counts it for consumers. */
  receiveCount: number;
  /** In this queue, as SQS counts it against `maxReceiveCount`. */
  receivesHere: number;
  /** Why a consumer inside the runtime did not delete it, for debugging. */
  lastFailure?: string;
};

/** What counts against the maximum size: the body, and each attribute's name, type and value. */
export function messageBytes(body: string, attributes: MessageAttributes): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { dataType, stringValue = "", binaryValue = "" }] of attributes) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(dataType) + Buffer.byteLength(stringValue);
    bytes += Buffer.byteLength(binaryValue, "base64");
  }
  return bytes;
}

/** What XML 1.0 calls a character: all that SQS carries. */
const ALLOWED = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u;

/** SQS's SendMessage reference: at least one character, only these, and not more than the queue takes. */
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

/** For bodies, and for the texts of attributes. */
export function isCarried(text: string): boolean {
  return ALLOWED.test(text);
}

/** Opaque to consumers; names one receive of one message. */
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
