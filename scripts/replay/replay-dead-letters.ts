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

/** How long a message is out of others' sight while this runs. */
const HIDDEN_SECONDS = 60;

/** Logical ids of the queues that take what lies in `Undeliverable`. */
const QUEUE_OF_EVENT = new Map<unknown, string>([
  ["Entity Updated", "EntityUpdatedQueue"],
  ["Send User Push Notification", "UserPushQueue"],
]);

/** `left`: of the reason, but nothing that a function takes. `others`: how many there are of each other reason. */
export type Replayed = {
  readonly replayed: number;
  readonly left: number;
  readonly others: Readonly<Record<string, number>>;
};

/**
 * Sends the dead letters of one reason in `Undeliverable` back to where a function takes them. What was a delivery is
 * delivered however old it is; an event goes as it came. A letter is deleted once it is sent: it may go twice, never be lost.
 */
export async function replayDeadLetters(
  client: SQSClient,
  { stack, reason }: { readonly stack: string; readonly reason: string },
): Promise<Replayed> {
  const urlOf = await queuesOf(client, stack);
  const QueueUrl = urlOf("Undeliverable");
  const kept = new Map<string, Message>();
  let replayed = 0;
  let left = 0;
  const others: Record<string, number> = {};
  for (;;) {
    const received = await receive(client, QueueUrl);
    const fresh = received.filter(({ MessageId = "" }) => !kept.has(MessageId));
    if (fresh.length === 0) break;
    for (const message of fresh) {
      const { StringValue: itsReason = "" } = message.MessageAttributes?.["Reason"] ?? {};
      const isMeant = itsReason === reason;
      const letter = isMeant ? address(message.Body ?? "") : undefined;
      if (letter === undefined) {
        kept.set(message.MessageId ?? "", message);
        if (isMeant) left += 1;
        else others[itsReason] = (others[itsReason] ?? 0) + 1;
        continue;
      }
      await client.send(new SendMessageCommand({ QueueUrl: urlOf(letter.queue), MessageBody: letter.body }));
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      replayed += 1;
    }
  }
  for (const { ReceiptHandle } of kept.values()) {
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
  }
  return { replayed, left, others };
}

async function receive(client: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    // A short poll asks only some of SQS's hosts, and may find nothing where there is something.
    WaitTimeSeconds: 1,
    VisibilityTimeout: HIDDEN_SECONDS,
    MessageAttributeNames: ["Reason"],
  });
  const { Messages = [] } = await client.send(command);
  return Messages;
}

/** Undefined for what no function takes: the message was cut, or never was one. */
function address(body: string): { readonly queue: string; readonly body: string } | undefined {
  const message = parse(body);
  // As text: parsed and written out again, what SQS refuses would no longer be escaped.
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
