import { createHash } from "node:crypto";
import type { MessageAttributeValue } from "@aws-sdk/client-sqs";
import { sqsText } from "./sqs-text.ts";

/** Body and attributes together, in bytes of UTF-8 (SQS quotas, "Message size"). */
const MAX_MESSAGE_BYTES = 1_048_576;

type Attributes = Readonly<Record<string, MessageAttributeValue>>;

/** The message in the form of SendMessage. */
export type DeadLetter = { readonly MessageBody: string; readonly MessageAttributes: Attributes };

/**
 * The body with its reason as an attribute. A body is cut at its end if body and reason together are too long: SQS
 * would refuse the whole, and the message would end in another queue, without a reason. `OriginalBytes` and
 * `OriginalSha256` describe the whole body.
 */
export function deadLetter(body: string, reason: string): DeadLetter {
  const MessageBody = sqsText(body);
  const MessageAttributes = { Reason: attribute("String", reason) };
  const bytes = Buffer.from(MessageBody);
  const room = MAX_MESSAGE_BYTES - attributeBytes(MessageAttributes);
  if (bytes.length <= room) return { MessageBody, MessageAttributes };

  const original = Buffer.from(body);
  const described = {
    ...MessageAttributes,
    OriginalBytes: attribute("Number", String(original.length)),
    OriginalSha256: attribute("String", createHash("sha256").update(original).digest("hex")),
  };
  return {
    MessageBody: upTo(MAX_MESSAGE_BYTES - attributeBytes(described), bytes),
    MessageAttributes: described,
  };
}

/** Whole characters only: `stream` leaves out a character that the cut divides. */
function upTo(room: number, bytes: Buffer): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(0, room), { stream: true });
}

function attribute(DataType: "Number" | "String", StringValue: string) {
  return { DataType, StringValue };
}

/** Name, type and value count (SQS developer guide, message attributes). All of ours are ASCII. */
function attributeBytes(attributes: Readonly<Record<string, ReturnType<typeof attribute>>>): number {
  return Object.entries(attributes).reduce(
    (sum, [name, { DataType, StringValue }]) => sum + name.length + DataType.length + StringValue.length,
    0,
  );
}
