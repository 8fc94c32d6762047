import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { replayDeadLetters } from "../../scripts/replay/replay-dead-letters.ts";
import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import { makeSqsClient } from "../../src/adapters/sqs/sqs-client.ts";
import { SqsDeliveryQueue } from "../../src/adapters/sqs/sqs-delivery-queue.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import { hasMoto, startMoto } from "../support/moto-server.ts";
import { entityUpdate, freshDelivery, named, recipients, userPush } from "../support/notifications.ts";
import { entityUpdated } from "../support/queued-messages.ts";

const QUEUES = ["Undeliverable", "ContinuationQueue", "EntityUpdatedQueue", "UserPushQueue"] as const;

describe.skipIf(!hasMoto())("the replay of dead letters, over SQS emulated by moto,", () => {
  let moto: Awaited<ReturnType<typeof startMoto>>;
  let client: SQSClient;
  let stack: string;
  let urls: Record<string, string>;
  let stacks = 0;
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
    stacks += 1;
    stack = `stack${stacks}`;
    urls = Object.fromEntries(
      await Promise.all(
        QUEUES.map(async (name) => {
          const created = await client.send(new CreateQueueCommand({ QueueName: `${stack}-${name}-8UXKAZ7SJY5D` }));
          return [name, created.QueueUrl ?? ""] as const;
        }),
      ),
    );
  });

  const urlOf = (name: (typeof QUEUES)[number]) => urls[name] ?? "";

  async function bodiesIn(name: (typeof QUEUES)[number]): Promise<readonly string[]> {
    const command = new ReceiveMessageCommand({ QueueUrl: urlOf(name), MaxNumberOfMessages: 10 });
    const { Messages = [] } = await client.send(command);
    return Messages.map(({ Body = "" }) => Body);
  }

  function putAside(body: string, reason: string) {
    const Reason = { DataType: "String", StringValue: reason };
    const command = { QueueUrl: urlOf("Undeliverable"), MessageBody: body, MessageAttributes: { Reason } };
    return client.send(new SendMessageCommand(command));
  }

  it("fault:2 sends a delivery unchanged, except for the member `replay`", async () => {
    const deliveries: Delivery[] = [
      freshDelivery(entityUpdate({ message: "\ufffe\uffff\ud800{" })),
      { notification: userPush(), to: { recipients: named(recipients(2)) }, attempt: 0 },
    ];
    const queue = new SqsDeliveryQueue(() => client, { continuations: "", deadLetters: urlOf("Undeliverable") });
    for (const delivery of deliveries) await queue.addDelivery(delivery, "TOO_OLD");
    expect(await replayDeadLetters(client, { stack, reason: "TOO_OLD" })).toEqual({
      replayed: 2,
      left: 0,
      returned: 0,
      others: {},
    });
    const replayed = (await bodiesIn("ContinuationQueue")).map(parseQueuedDelivery);
    const wanted = deliveries.map(({ notification, ...rest }) => ({
      ...rest,
      notification: { ...notification, replay: true },
    }));
    expect(replayed).toHaveLength(2);
    expect(replayed).toEqual(expect.arrayContaining(wanted));
    expect(await bodiesIn("Undeliverable")).toEqual([]);
  });

  it("sends an event unchanged to the queue of its detail-type", async () => {
    const bodies = ["Entity Updated", "Send User Push Notification"].map((type) =>
      JSON.stringify(entityUpdated({ entityId: 7 }, { "detail-type": type })),
    );
    for (const body of bodies) await putAside(body, "MALFORMED_DETAIL");
    expect(await replayDeadLetters(client, { stack, reason: "MALFORMED_DETAIL" })).toEqual({
      replayed: 2,
      left: 0,
      returned: 0,
      others: {},
    });
    expect([await bodiesIn("EntityUpdatedQueue"), await bodiesIn("UserPushQueue")]).toEqual(
      bodies.map((body) => [body]),
    );
  });

  it("leaves other reasons, and messages that no function takes, visible at once", async () => {
    const bodies = ["[", "null", '{"detail-type":"toString"}', JSON.stringify(entityUpdated({}))];
    for (const [index, body] of bodies.entries()) await putAside(body, index < 3 ? "MALFORMED_EVENT" : "TOO_OLD");
    expect(await replayDeadLetters(client, { stack, reason: "MALFORMED_EVENT" })).toEqual({
      replayed: 0,
      left: 3,
      returned: 0,
      others: { TOO_OLD: 1 },
    });
    expect([...(await bodiesIn("Undeliverable"))].sort()).toEqual([...bodies].sort());
  });

  it("ends although every letter becomes a dead letter again at once", async () => {
    await putAside(JSON.stringify(entityUpdated({})), "MALFORMED_DETAIL");
    let isReplaying = true;
    const failingFunction = (async () => {
      while (isReplaying) {
        const command = new ReceiveMessageCommand({ QueueUrl: urlOf("EntityUpdatedQueue"), VisibilityTimeout: 600 });
        const { Messages = [] } = await client.send(command);
        for (const { Body = "" } of Messages) await putAside(Body, "MALFORMED_DETAIL");
      }
    })();
    const outcome = await replayDeadLetters(client, { stack, reason: "MALFORMED_DETAIL" });
    isReplaying = false;
    await failingFunction;
    expect(outcome).toEqual({ replayed: 1, left: 0, returned: 1, others: {} });
    expect(await bodiesIn("Undeliverable")).toHaveLength(1);
  });

  it("names a queue that the stack does not have, and uses none of another stack", async () => {
    const replaying = replayDeadLetters(client, { stack: "stack", reason: "TOO_OLD" });
    await expect(replaying).rejects.toThrow("stack stack has no queue Undeliverable");
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: urlOf("Undeliverable"), AttributeNames: ["All"] }),
    );
    expect(Attributes?.ApproximateNumberOfMessages).toBe("0");
  });
});
