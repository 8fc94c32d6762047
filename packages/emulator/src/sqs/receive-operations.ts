import type { Operation } from "../aws-json/aws-json-service.ts";
import { boundedInteger, listOfTexts, requiredText } from "../aws-json/members.ts";
import type { PlainObject } from "../json.ts";
import type { Scheduler } from "../scheduler.ts";
import { runBatch } from "./batch.ts";
import type { Message } from "./message.ts";
import { md5, md5OfAttributes, selectAttributes, systemAttributes } from "./message-attributes.ts";
import type { Queue } from "./queue.ts";
import { type Queues, queueAt } from "./queues.ts";

const VISIBILITY = { min: 0, max: 43_200, reason: "Must be between 0 and 43200, if provided." };

/** `stopped` ends long polls, which would otherwise delay the emulator's shutdown. */
export function receiveOperations(deps: {
  readonly queues: Queues;
  readonly scheduler: Scheduler;
  readonly stopped: AbortSignal;
}): readonly (readonly [string, Operation])[] {
  const queueOf = (input: PlainObject) => queueAt(deps.queues, requiredText(input, "QueueUrl"));
  return [
    ["ReceiveMessage", (input) => receive(queueOf(input), input, deps)],
    ["DeleteMessage", (input) => deleteMessage(queueOf(input), input)],
    ["DeleteMessageBatch", (input) => withQueue(queueOf(input), input, deleteMessage)],
    ["ChangeMessageVisibility", (input) => changeVisibility(queueOf(input), input)],
    ["ChangeMessageVisibilityBatch", (input) => withQueue(queueOf(input), input, changeVisibility)],
  ];
}

function withQueue(queue: Queue, input: PlainObject, run: (queue: Queue, entry: PlainObject) => object): object {
  return runBatch(input, (entry) => run(queue, entry));
}

async function receive(
  queue: Queue,
  input: PlainObject,
  { scheduler, stopped }: { readonly scheduler: Scheduler; readonly stopped: AbortSignal },
): Promise<object> {
  const receipt = {
    max: boundedInteger(input, "MaxNumberOfMessages", {
      min: 1,
      max: 10,
      fallback: 1,
      reason: "Must be between 1 and 10, if provided.",
    }),
    visibilityTimeoutSeconds: boundedInteger(input, "VisibilityTimeout", { ...VISIBILITY, fallback: undefined }),
  };
  const wait = boundedInteger(input, "WaitTimeSeconds", {
    min: 0,
    max: 20,
    fallback: queue.settings.receiveWaitSeconds,
    reason: "Must be >= 0 and <= 20, if provided.",
  });
  const until = scheduler.now() + wait * 1000;
  let messages = queue.receive(receipt);
  while (messages.length === 0 && scheduler.now() < until && !stopped.aborted) {
    await queue.arrival(until - scheduler.now(), stopped);
    messages = queue.receive(receipt);
  }
  return messages.length === 0 ? {} : { Messages: messages.map((message) => toReceivedMessage(message, input)) };
}

function toReceivedMessage(message: Message, input: PlainObject): object {
  const wanted = [...listOfTexts(input, "AttributeNames"), ...listOfTexts(input, "MessageSystemAttributeNames")];
  const system = Object.entries(systemAttributes(message)).filter(
    ([name]) => wanted.includes("All") || wanted.includes(name),
  );
  const attributes = selectAttributes(message.attributes, listOfTexts(input, "MessageAttributeNames"));
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(attributes.size > 0 && {
      MD5OfMessageAttributes: md5OfAttributes(attributes),
      MessageAttributes: Object.fromEntries(
        [...attributes].map(([name, { dataType, stringValue, binaryValue }]) => [
          name,
          { DataType: dataType, StringValue: stringValue, BinaryValue: binaryValue },
        ]),
      ),
    }),
  };
}

function deleteMessage(queue: Queue, input: PlainObject): object {
  queue.delete(requiredText(input, "ReceiptHandle"));
  return {};
}

function changeVisibility(queue: Queue, input: PlainObject): object {
  const receiptHandle = requiredText(input, "ReceiptHandle");
  queue.changeVisibility(receiptHandle, boundedInteger(input, "VisibilityTimeout", { ...VISIBILITY, fallback: 0 }));
  return {};
}
