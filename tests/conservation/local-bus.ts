import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { DEFAULT_ACCOUNT } from "@portcullis/emulator";
import { makeSqsClient } from "../../src/adapters/sqs/sqs-client.ts";
import type { TrafficEvent } from "./traffic.ts";

/** Signs as the functions do, since only they may send continuations. */
const CREDENTIALS = { accessKeyId: DEFAULT_ACCOUNT.functionsAccessKeyId, secretAccessKey: "local" };

/** The test's time stands still, so the SDK must not retry: a slow machine would send a message twice. */
export const PATIENT_MILLIS = 60_000;

/** The emulator's EventBridge and SQS, called by the real SDK clients. */
export class LocalBus {
  readonly sqs: SQSClient;
  readonly #events: EventBridgeClient;
  readonly #origin: string;

  constructor(origin: string) {
    const location = { endpoint: origin, region: "us-east-1", credentials: CREDENTIALS };
    this.#origin = origin;
    this.sqs = makeSqsClient(location, { connectMillis: PATIENT_MILLIS, requestMillis: PATIENT_MILLIS });
    this.#events = new EventBridgeClient(location);
  }

  urlOf(queue: string): string {
    return `${this.#origin}/123456789012/${queue}`;
  }

  async publish(events: readonly TrafficEvent[], time: number): Promise<void> {
    const Entries = events.map(({ number, audience }) => ({
      Source: "CLI",
      DetailType: "entityId" in audience ? "Entity Updated" : "Send User Push Notification",
      Detail: JSON.stringify({ ...audience, message: String(number) }),
      Time: new Date(time),
    }));
    const { FailedEntryCount } = await this.#events.send(new PutEventsCommand({ Entries }));
    if (FailedEntryCount !== 0) throw new Error("the bus did not take an event");
  }

  /** Receives and deletes all visible messages of a queue. */
  async empty(queue: string): Promise<readonly Message[]> {
    const QueueUrl = this.urlOf(queue);
    const all: Message[] = [];
    for (;;) {
      const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 });
      const { Messages = [] } = await this.sqs.send(receive);
      if (Messages.length === 0) return all;
      all.push(...Messages);
      for (const { ReceiptHandle } of Messages)
        await this.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }

  /** The number of visible messages, and of those that are delayed or in flight. */
  async depth(queue: string): Promise<{ readonly visible: number; readonly hidden: number }> {
    const count = new GetQueueAttributesCommand({ QueueUrl: this.urlOf(queue), AttributeNames: ["All"] });
    const { Attributes = {} } = await this.sqs.send(count);
    return {
      visible: Number(Attributes["ApproximateNumberOfMessages"]),
      hidden:
        Number(Attributes["ApproximateNumberOfMessagesNotVisible"]) +
        Number(Attributes["ApproximateNumberOfMessagesDelayed"]),
    };
  }

  close(): void {
    this.sqs.destroy();
    this.#events.destroy();
  }
}
