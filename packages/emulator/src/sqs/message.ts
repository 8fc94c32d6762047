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
