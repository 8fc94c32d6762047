import { randomUUID } from "node:crypto";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseQueuedDelivery } from "../../../src/adapters/sqs/events/queued-event.ts";
import { makeSqsClient } from "../../../src/adapters/sqs/sqs-client.ts";
import { SqsDeliveryQueue } from "../../../src/adapters/sqs/sqs-delivery-queue.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import { hasMoto, startMoto } from "../../support/moto-server.ts";
import { entityUpdate, freshDelivery, named, recipients, userPush } from "../../support/notifications.ts";

const DELIVERIES: readonly (readonly [string, Delivery])[] = [
  ["a whole audience", freshDelivery(entityUpdate())],
  ["an audience from a later page", { notification: entityUpdate(), to: { page: "p#2" }, attempt: 2 }],
  ["recipients", { notification: userPush(), to: { recipients: named(recipients(3)) }, attempt: 5 }],
  ["characters that SQS refuses in a body", freshDelivery(entityUpdate({ message: "\ufffe\uffff\u0000\ud800" }))],
];

describe.skipIf(!hasMoto())("SqsDeliveryQueue, over SQS emulated by moto,", () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let client: SQSClient;
  let urls: { continuations: string; deadLetters: string };
  let queue: SqsDeliveryQueue;
  beforeAll(async () => {
    moto = await startMoto();
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    client = makeSqsClient({ endpoint: moto.endpoint, region: "eu-west-1", credentials });
  });
  afterAll(() => {
    client.destroy();
    moto.stop();
  });
  beforeEach(async () => {
    urls = { continuations: await newQueue(), deadLetters: await newQueue() };
    queue = new SqsDeliveryQueue(() => client, urls);
  });

  async function newQueue(): Promise<string> {
    const { QueueUrl = "" } = await client.send(new CreateQueueCommand({ QueueName: randomUUID() }));
    return QueueUrl;
  }

  /** The only message in the queue. */
  async function received(QueueUrl: string) {
    const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ["All"] });
    const { Messages = [] } = await client.send(command);
    expect(Messages).toHaveLength(1);
    return { body: Messages[0]?.Body ?? "", reason: Messages[0]?.MessageAttributes?.["Reason"]?.StringValue };
  }

  it.each(DELIVERIES)("defers %s unchanged", async (_what, delivery) => {
    await queue.defer(delivery, 0);
    const { body, reason } = await received(urls.continuations);

    expect(parseQueuedDelivery(body)).toEqual(delivery);
    expect(reason).toBeUndefined();
  });

  it("defers a delivery for the given time", async () => {
    await queue.defer(freshDelivery(entityUpdate()), 45);
    const command = new GetQueueAttributesCommand({ QueueUrl: urls.continuations, AttributeNames: ["All"] });
    const { Attributes } = await client.send(command);

    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: "0",
      ApproximateNumberOfMessagesDelayed: "1",
    });
  });

  it.each(DELIVERIES)(
    "dead-letters %s with its reason, and with all its attempts before it",
    async (_what, delivery) => {
      await queue.addDelivery(delivery, "ATTEMPTS_EXHAUSTED");
      const { body, reason } = await received(urls.deadLetters);

      expect(parseQueuedDelivery(body)).toEqual({ ...delivery, attempt: 0 });
      expect(reason).toBe("ATTEMPTS_EXHAUSTED");
    },
  );

  it("dead-letters an unreadable body byte for byte", async () => {
    const unread = '{"detail":"<é€\u{1f600}>", "x":  1}\n';
    await queue.addRawMessage(unread, "MALFORMED_EVENT");
    const { body, reason } = await received(urls.deadLetters);

    expect({ body, reason }).toEqual({ body: unread, reason: "MALFORMED_EVENT" });
  });

  it("throws that it is unavailable if the queue does not exist", async () => {
    const missing = `${urls.continuations}-missing`;
    const deferring = new SqsDeliveryQueue(() => client, { ...urls, continuations: missing }).defer(
      freshDelivery(entityUpdate()),
      0,
    );

    await expect(deferring).rejects.toThrow(new DependencyUnavailableError("DELIVERY_QUEUE"));
  });
});
