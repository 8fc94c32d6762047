import { hash } from "node:crypto";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { DELIVERY_SCHEMA } from "../../src/adapters/sqs/delivery-body.ts";
import { queuesOf } from "./queues-of.ts";

/** How long a received message is hidden from other consumers. */
const HIDDEN_SECONDS = 60;

/** Logical ids of the queues for the events in `Undeliverable`. */
const QUEUE_OF_EVENT = new Map<unknown, string>([
  ["Entity Updated", "EntityUpdatedQueue"],
  ["Send User Push Notification", "UserPushQueue"],
]);

/**
 * `left`: letters with the reason that no function takes. `returned`: letters that became dead letters again during the
 * replay. `others`: the number of letters for each other reason.
 */
export type Replayed = {
  readonly replayed: number;
  readonly left: number;
  readonly returned: number;
  readonly others: Readonly<Record<string, number>>;
};

/**
 * Sends the dead letters of one reason in `Undeliverable` back to the functions' queues. A delivery is delivered whatever
 * its age; an event goes unchanged. A letter is deleted after it is sent: it may be sent twice, but is never lost. A letter
 * that returns at once stays: without that, a replay whose cause is still there would never end.
 */
export async function replayDeadLetters(
  client: SQSClient,
  { stack, reason }: { readonly stack: string; readonly reason: string },
): Promise<Replayed> {
  const urlOf = await queuesOf(client, stack);
  const QueueUrl = urlOf("Undeliverable");
  const kept = new Map<string, Message>();
  const attempted = new Set<string>();
  let replayed = 0;
  let left = 0;
  let returned = 0;
  const others: Record<string, number> = {};
  for (;;) {
    const received = await receive(client, QueueUrl);
    const fresh = received.filter(({ MessageId = "" }) => !kept.has(MessageId));
    if (fresh.length === 0) break;
    for (const message of fresh) {
      const { StringValue: itsReason = "" } = message.MessageAttributes?.["Reason"] ?? {};
      const isMeant = itsReason === reason;
      const { Body: body = "" } = message;
      const letter = isMeant ? address(body) : undefined;
      const fingerprint = hash("sha256", body);
      const hasReturned = letter !== undefined && attempted.has(fingerprint);
      if (letter === undefined || hasReturned) {
        kept.set(message.MessageId ?? "", message);
        if (hasReturned) returned += 1;
        else if (isMeant) left += 1;
        else others[itsReason] = (others[itsReason] ?? 0) + 1;
        continue;
      }
      attempted.add(fingerprint);
      await client.send(new SendMessageCommand({ QueueUrl: urlOf(letter.queue), MessageBody: letter.body }));
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      replayed += 1;
    }
  }
  for (const { ReceiptHandle } of kept.values()) {
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
  return { replayed, left, returned, others };
}

async function receive(client: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    // A short poll asks only some of SQS's hosts, and may miss messages.
    WaitTimeSeconds: 1,
    VisibilityTimeout: HIDDEN_SECONDS,
    MessageAttributeNames: ["Reason"],
  });
  const { Messages = [] } = await client.send(command);
  return Messages;
}

/** Undefined for a message that no function takes, such as one that was cut. */
function address(body: string): { readonly queue: string; readonly body: string } | undefined {
  const message = parse(body);
  // As text: parsing and writing it again would remove the escapes of characters that SQS refuses.
  if (message["schema"] === DELIVERY_SCHEMA) {
    return { queue: "ContinuationQueue", body: body.replace("{", '{"replay":true,') };
  }
  const queue = QUEUE_OF_EVENT.get(message["detail-type"]);
  return queue === undefined ? undefined : { queue, body };
}

function parse(body: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body));
  } catch {
    return {};
  }
}
