import { createHash, hash } from "node:crypto";
import { AwsError } from "../aws-json/aws-error.ts";
import { isPlainObject, ownProperty, type PlainObject } from "../json.ts";
import { isCarried, type Message, type MessageAttribute, type MessageAttributes } from "./message.ts";

const MAX_ATTRIBUTES = 10;
const NAME = /^(?!aws\.|amazon\.|\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;
const DATA_TYPE = /^(?:String|Number|Binary)(?:\..+)?$/;

/** The `MessageAttributes` of SendMessage, within the limits of its reference. */
export function parseMessageAttributes(given: PlainObject = {}): MessageAttributes {
  const entries = Object.entries(given);
  if (entries.length > MAX_ATTRIBUTES) throw invalid("Number of message attributes exceeds the allowed maximum [10].");
  return new Map(entries.map(([name, value]) => [name, parseAttribute(name, value)]));
}

function parseAttribute(name: string, value: unknown): MessageAttribute {
  if (!NAME.test(name)) throw invalid("The message attribute name is invalid.");
  const attribute = isPlainObject(value) ? value : {};
  const dataType = ownProperty(attribute, "DataType");
  if (typeof dataType !== "string" || !DATA_TYPE.test(dataType)) {
    throw invalid(`The message attribute '${name}' must contain a message attribute type of String, Number or Binary.`);
  }
  const field = dataType.startsWith("Binary") ? "BinaryValue" : "StringValue";
  const content = ownProperty(attribute, field);
  if (typeof content !== "string" || content === "") {
    throw invalid(`The message attribute '${name}' must contain a non-empty message attribute value.`);
  }
  if (field === "StringValue" && !isCarried(content)) {
    throw invalid(`The message attribute '${name}' contains characters that are not allowed in a message.`);
  }
  return field === "BinaryValue" ? { dataType, binaryValue: content } : { dataType, stringValue: content };
}

function invalid(reason: string): AwsError {
  return new AwsError("InvalidParameterValue", reason);
}

/** The attributes that ReceiveMessage asks for: `All`, `.*`, a prefix ending in `.*`, or a name. */
export function selectAttributes(attributes: MessageAttributes, wanted: readonly string[]): MessageAttributes {
  const isWanted = (name: string) =>
    wanted.some((one) => one === "All" || one === name || (one.endsWith(".*") && name.startsWith(one.slice(0, -2))));
  return new Map([...attributes].filter(([name]) => isWanted(name)));
}

export function md5(text: string): string {
  return hash("md5", text, "hex");
}

/** SQS developer guide, "Calculating the MD5 message digest for message attributes"; undefined if there are none. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  if (attributes.size === 0) return undefined;
  const digest = createHash("md5");
  const addLengthAnd = (bytes: Buffer) =>
    digest.update(Buffer.from(Uint32Array.of(bytes.length).buffer).swap32()).update(bytes);
  for (const [name, { dataType, stringValue, binaryValue }] of [...attributes].sort(byName)) {
    addLengthAnd(Buffer.from(name));
    addLengthAnd(Buffer.from(dataType));
    digest.update(Buffer.of(stringValue === undefined ? 2 : 1));
    addLengthAnd(stringValue === undefined ? Buffer.from(binaryValue ?? "", "base64") : Buffer.from(stringValue));
  }
  return digest.digest("hex");
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** The sender of every message here. */
const SENDER_ID = "AIDAEXAMPLELOCALUSER0";

/** The system attributes of a received message, all text, in Lambda's order. */
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
