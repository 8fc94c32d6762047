import { AwsError } from "../aws-json/aws-error.ts";

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
