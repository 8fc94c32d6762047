import { GetQueueAttributesCommand, type SQSClient, StartMessageMoveTaskCommand } from "@aws-sdk/client-sqs";
import { queuesOf } from "./queues-of.ts";

/** The destination of each dead-letter queue, by logical ids. */
const DESTINATIONS: Readonly<Record<string, string>> = {
  EntityUpdatedDeadLetters: "EntityUpdatedQueue",
  UserPushDeadLetters: "UserPushQueue",
  ContinuationDeadLetters: "ContinuationQueue",
};

export function isRedrivable(queue: string): boolean {
  return Object.hasOwn(DESTINATIONS, queue);
}

/**
 * Has SQS move the dead letters back, and returns the destination. The request names it, since SQS knows no source of
 * EventBridge's dead letters: its task would fail at the first one (CouldNotDetermineMessageSource).
 */
export async function redriveDeadLetters(
  client: SQSClient,
  { stack, queue }: { readonly stack: string; readonly queue: string },
): Promise<string> {
  const urlOf = await queuesOf(client, stack);
  const destination = DESTINATIONS[queue] ?? "";
  const [SourceArn, DestinationArn] = await Promise.all([queue, destination].map((id) => arnOf(client, urlOf(id))));
  await client.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
  return destination;
}

async function arnOf(client: SQSClient, QueueUrl: string): Promise<string | undefined> {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
  return Attributes?.QueueArn;
}
