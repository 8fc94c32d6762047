import type { HttpService } from "@portcullis/emulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { workAndDeadQueues } from "../../../packages/emulator/tests/support/queues.ts";
import { serveHttpServices } from "../../../packages/emulator/tests/support/serve-http-services.ts";
import { parseQueuedDelivery } from "../../../src/adapters/sqs/events/queued-event.ts";
import { makeSqsClient } from "../../../src/adapters/sqs/sqs-client.ts";
import { SqsDeliveryQueue } from "../../../src/adapters/sqs/sqs-delivery-queue.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import { describeDeliveryQueue } from "../../contracts/delivery-queue.contract.ts";
import { type Message, makeSqsService } from "../../support/emulator-parts.ts";
import { entityUpdate, freshDelivery } from "../../support/notifications.ts";

const NEVER: HttpService = () => new Promise(() => undefined);

let queues: ReturnType<typeof workAndDeadQueues>;
let served: Awaited<ReturnType<typeof serveHttpServices>>;
/** A faulty server in the place of SQS during an outage. */
let breakdown: HttpService | undefined;

beforeEach(async () => {
  queues = workAndDeadQueues();
  breakdown = undefined;
  const sqs = makeSqsService({ ...queues, stopped: new AbortController().signal });
  served = await serveHttpServices((request) => (breakdown ?? sqs)(request));
});
afterEach(() => served.close());

function makeQueue(onClient: () => void = () => undefined): SqsDeliveryQueue {
  const makeClient = () => {
    onClient();
    return makeSqsClient({
      endpoint: served.origin,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
    });
  };
  const url = (name: string) => `${served.origin}/123456789012/${name}`;
  return new SqsDeliveryQueue(makeClient, { continuations: url("work"), deadLetters: url("dead") });
}

function parse({ body }: Message): Delivery {
  return parseQueuedDelivery(body);
}

function reason({ attributes }: Message): string {
  return attributes.get("Reason")?.stringValue ?? "";
}

describe("SqsDeliveryQueue", () => {
  it("makes its client at the first message, and once", async () => {
    let made = 0;
    const queue = makeQueue(() => {
      made += 1;
    });
    const before = made;
    await queue.defer(freshDelivery(entityUpdate()), 0);
    await queue.defer(freshDelivery(entityUpdate()), 0);
    expect([before, made]).toEqual([0, 1]);
  });

  describeDeliveryQueue(() => ({
    queue: makeQueue(),
    deferred: () =>
      queues.work.messages().map((message) => ({
        delivery: parse(message),
        delaySeconds: (message.visibleAt - message.sentAt) / 1000,
      })),
    dead: () => queues.dead.messages().map((message) => ({ delivery: parse(message), reason: reason(message) })),
    unread: () => queues.dead.messages().map((message) => ({ body: message.body, reason: reason(message) })),
    breakDown: (outage) => {
      breakdown = outage === "hangs" ? NEVER : async () => ({ status: 500, body: "" });
    },
  }));

  it("sends messages of any characters that SQS accepts", async () => {
    const delivery = freshDelivery(entityUpdate({ message: "\ufffe\uffff\u0000\ud800" }));
    await makeQueue().defer(delivery, 0);
    const [message] = queues.work.messages();
    expect(message && parse(message)).toEqual(delivery);
  });

  it.each([1_048_560, 1_048_576])(
    "attack:I3 dead-letters a message of %i bytes at once, with its reason",
    async (size) => {
      await makeQueue().addRawMessage("x".repeat(size), "MALFORMED_EVENT");
      expect(queues.dead.messages().map(reason)).toEqual(["MALFORMED_EVENT"]);
    },
  );

  it("attack:I3 dead-letters a push of a megabyte, with its reason", async () => {
    const delivery = freshDelivery(entityUpdate({ message: "x".repeat(1_048_500) }));
    await makeQueue().addDelivery(delivery, "PUSH_TOO_LARGE");
    expect(queues.dead.messages().map(reason)).toEqual(["PUSH_TOO_LARGE"]);
  });

  it("puts nothing of the delivery into its error", async () => {
    breakdown = async () => ({ status: 400, body: '{"__type":"InvalidMessageContents","message":"planted"}' });
    const deferring = makeQueue().defer(freshDelivery(entityUpdate({ message: "planted" })), 0);
    const error: Error = await deferring.then(
      () => new Error("deferred"),
      (thrown: Error) => thrown,
    );
    expect(error.message).toBe("DELIVERY_QUEUE is unavailable");
  });
});
