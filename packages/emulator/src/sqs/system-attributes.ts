import type { Message } from "./message.ts";

/** What SQS says of the sender: here always the same one. */
const SENDER_ID = "AIDAPORTCULLISLOCAL00";

/** A received message's own attributes, all text, in the order in which Lambda passes them on. */
export function systemAttributes(message: Message): Readonly<Record<string, string>> {
  return {
    ApproximateReceiveCount: String(message.receiveCount),
    ...(message.traceHeader !== undefined && { AWSTraceHeader: message.traceHeader }),
    SentTimestamp: String(message.sentAt),
    SenderId: SENDER_ID,
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
    ...(message.deadLetterSourceArn !== undefined && { DeadLetterQueueSourceArn: message.deadLetterSourceArn }),
  };
}
