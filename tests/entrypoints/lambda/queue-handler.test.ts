import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeDelivery } from "../../../src/adapters/sqs/delivery-body.ts";
import { parseQueuedDelivery } from "../../../src/adapters/sqs/events/queued-event.ts";
import type { SqsBatchResponse } from "../../../src/adapters/sqs/events/sqs-event.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { type DeliveryReport, newTally } from "../../../src/application/push/delivery-report.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import { queueHandler } from "../../../src/entrypoints/lambda/middleware/queue-handler.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingDeliveryQueue } from "../../fakes/recording-delivery-queue.ts";
import { RecordingLogger } from "../../fakes/recording-logger.ts";
import { judgeBatchResponse } from "../../support/emulator-parts.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { entityUpdate, freshDelivery, NOON, userPush } from "../../support/notifications.ts";
import { PushWorld } from "../../support/push-world.ts";
import { entityUpdated, sqsEvent } from "../../support/queued-messages.ts";

const CANARY = "planted-7f3a";

const EVENT_ID = "7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d";

/** The queue of the messages in `sqsEvent`, and the function that handles them. */
const SOURCE = { function: "DeliverPushes", queue: "EntityUpdated" };

type Deliver = (delivery: Delivery) => Promise<Partial<DeliveryReport> | undefined>;

function setUp(deliver: Deliver = async () => undefined) {
  const taken: Delivery[] = [];
  const deadlines: number[] = [];
  const deadLetters = new RecordingDeliveryQueue();
  const logger = new RecordingLogger();
  const handler = queueHandler({
    name: "DeliverPushes",
    parse: parseQueuedDelivery,
    deliver: async (delivery, deadline) => {
      taken.push(delivery);
      deadlines.push(deadline);
      return { outcome: { kind: "completed" }, ...newTally(), ...(await deliver(delivery)) };
    },
    deadLetters,
    clock: new FixedClock(NOON),
    logger,
  });
  return { handler, taken, deadlines, deadLetters, logger };
}

const update = (entityId: string) => entityUpdated({ entityId, message: CANARY, data: { [CANARY]: CANARY } });

function failed({ batchItemFailures }: SqsBatchResponse): readonly string[] {
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

describe("a batch from a queue", () => {
  it("attack:I6 of ten with one poisoned: nine are done, the poison is dead-lettered with its reason, none comes back", async () => {
    const { handler, taken, deadLetters } = setUp();
    const bodies = ["a", "b", "c", "d"].map(update);
    const answer = await handler(sqsEvent(...bodies, "poison", ...bodies, update("e")), lambdaContext());
    expect(failed(answer)).toEqual([]);
    expect(taken).toHaveLength(9);
    expect(deadLetters.unread).toEqual([{ body: "poison", reason: "MALFORMED_EVENT" }]);
  });

  it("fault:1 with one that has to come back: only that one does", async () => {
    const { handler } = setUp(async ({ notification }) => {
      if ("entityId" in notification && notification.entityId === "b")
        throw new DependencyUnavailableError("DELIVERY_QUEUE");
      return undefined;
    });
    const answer = await handler(sqsEvent(update("a"), update("b"), update("c")), lambdaContext());
    expect(failed(answer)).toEqual(["message-1"]);
  });

  it("with one that fails by a bug of ours: only that one comes back", async () => {
    const { handler } = setUp(async ({ notification }) => {
      if ("entityId" in notification && notification.entityId === "a") throw new TypeError(CANARY);
      return undefined;
    });
    const answer = await handler(sqsEvent(update("a"), update("b")), lambdaContext());
    expect(failed(answer)).toEqual(["message-0"]);
  });

  it("whose poison cannot be dead-lettered: only the poison comes back", async () => {
    const { handler, deadLetters } = setUp();
    deadLetters.outages = 1;
    const answer = await handler(sqsEvent("poison", update("b")), lambdaContext());
    expect(failed(answer)).toEqual(["message-0"]);
  });

  it("inv:14 fault:1 has the same outcome for each message, whatever is beside it", async () => {
    const kinds = ["good", "bad", "poison"] as const;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 10 }), async (batch) => {
        const { handler, deadLetters } = setUp(async ({ notification }) => {
          if ("entityId" in notification && notification.entityId === "bad")
            throw new DependencyUnavailableError("DELIVERY_QUEUE");
          return undefined;
        });
        const event = sqsEvent(...batch.map((kind) => (kind === "poison" ? "poison" : update(kind))));
        const answer = await handler(event, lambdaContext());
        const ids = batch.map((_, index) => `message-${index}`);
        const { failed: left } = judgeBatchResponse(answer, ids);
        expect(ids.map((id) => left.has(id))).toEqual(batch.map((kind) => kind === "bad"));
        expect(deadLetters.unread).toHaveLength(batch.filter((kind) => kind === "poison").length);
      }),
    );
  });

  it.each([
    ["no batch at all", {}],
    ["one record out of shape", { Records: [...sqsEvent(update("a")).Records, { messageId: 1 }] }],
  ])("attack:I7 that cannot be read, %s: comes back whole, and no message of it is handled", async (_what, event) => {
    const { handler, taken } = setUp();
    await expect(handler(event, lambdaContext())).rejects.toThrow(/^BatchFailed$/);
    expect(taken).toEqual([]);
  });

  it("that hangs: comes back whole before Lambda ends the process", async () => {
    const { handler } = setUp(() => new Promise(() => undefined));
    await expect(handler(sqsEvent(update("a")), lambdaContext(80))).rejects.toThrow(/^BatchFailed$/);
  });

  it("fault:13 begins posts in the first three quarters of its time", async () => {
    const { handler, deadlines } = setUp();
    const context = { ...lambdaContext(), getRemainingTimeInMillis: () => 60_000 };
    await handler(sqsEvent(update("a")), context);
    expect(deadlines).toEqual([NOON + 45_000]);
  });

  it("continues deliveries unchanged", async () => {
    const delivery: Delivery = { ...freshDelivery(userPush()), to: { page: "p2" }, attempt: 3 };
    const { handler, taken } = setUp();
    await handler(sqsEvent(encodeDelivery(delivery)), lambdaContext());
    expect(taken).toEqual([delivery]);
  });

  it("attack:O1 writes one log entry for each message and one for itself, without their content", async () => {
    const { handler, logger } = setUp(async ({ notification }) => {
      if ("entityId" in notification && notification.entityId === "bad") throw new TypeError(CANARY);
      return undefined;
    });
    await handler(sqsEvent(update("a"), CANARY, update("bad")), lambdaContext());
    expect(logger.entries).toMatchObject([
      { level: "warn", message: "put aside", reason: "MALFORMED_EVENT" },
      {
        level: "info",
        message: "delivery",
        notificationId: EVENT_ID,
        entityId: "a",
        outcome: "completed",
      },
      {
        level: "warn",
        message: "message left in the queue",
        ...SOURCE,
        messageId: "message-2",
        errorName: "TypeError",
      },
      { level: "info", message: "invocation", messages: 3, returned: 1 },
    ]);
    expect(JSON.stringify(logger.entries)).not.toContain(CANARY);
  });
});

describe("the log entry of a message that was dead-lettered whole", () => {
  const DELIVERED_TO_NOBODY = { delivered: 0, gone: 0, expired: 0, deferred: 0 };

  it.each([
    ["TOO_OLD", freshDelivery(entityUpdate()), { entityId: "order-17" }],
    ["PUSH_TOO_LARGE", freshDelivery(userPush()), { userId: "ann" }],
  ] as const)("attack:I3 attack:I9 names event, queue, function and reason: %s", async (reason, delivery, subject) => {
    const { handler, logger } = setUp(async () => ({ outcome: { kind: "dead-lettered", reason }, deadLettered: 1 }));
    await handler(sqsEvent(encodeDelivery(delivery)), lambdaContext());
    expect(logger.entries).toMatchObject([
      {
        ...{ level: "warn", message: "put aside", outcome: "dead-lettered", reason },
        ...{ ...SOURCE, messageId: "message-0", notificationId: EVENT_ID, ...subject },
        ...{ ...DELIVERED_TO_NOBODY, deadLettered: 1, recipients: 1 },
      },
      { message: "invocation" },
    ]);
  });

  it.each([
    ["MALFORMED_DETAIL", entityUpdated({ entityId: 7 }), { notificationId: EVENT_ID }],
    ["MALFORMED_DELIVERY", { schema: "portcullis/delivery/1", id: "e-7" }, { notificationId: "e-7" }],
    ["MALFORMED_EVENT", { id: "e-8" }, { notificationId: "e-8" }],
    ["MALFORMED_EVENT", { id: `\u0007${"x".repeat(200)}` }, { notificationId: undefined }],
    ["MALFORMED_EVENT", '{"version":"0","id" : "e-9","detail":{"cut o', { notificationId: "e-9" }],
    ["MALFORMED_EVENT", "{", { notificationId: undefined }],
  ])("attack:I5 has the known fields of a malformed message: %s", async (reason, body, known) => {
    const { handler, logger } = setUp();
    await handler(sqsEvent(body), lambdaContext());
    const [entry] = logger.entries;
    expect(entry).toMatchObject({ level: "warn", message: "put aside", ...SOURCE, reason, deadLettered: 1 });
    expect(entry?.notificationId).toBe(known.notificationId);
  });

  it("is a warning too when some recipients of an audience were dead-lettered, and names them", async () => {
    const unreached = ["ann PUSH_REFUSED"];
    const { handler, logger } = setUp(async () => ({ delivered: 2, deadLettered: 1, unreached }));
    await handler(sqsEvent(update("a")), lambdaContext());
    expect(logger.entries[0]).toMatchObject({
      level: "warn",
      message: "delivery",
      entityId: "a",
      recipients: 3,
      unreached,
    });
  });
});

it("fault:J1 fault:J3 inv:13 over the real use cases: with one gone, one stuck and one poisoned, all others are served", async () => {
  const world = new PushWorld();
  const { entityId } = entityUpdate({ entityId: "a" });
  for (const id of ["good", "gone", "stuck"]) await world.subscribe(entityId, await world.connect(id));
  world.channel.script = (id) => (id === "good" ? "delivered" : id === "gone" ? "gone" : "throttled");
  const handler = queueHandler({
    name: "DeliverPushes",
    parse: parseQueuedDelivery,
    deliver: world.deliver,
    deadLetters: world.queue,
    clock: world.clock,
    logger: world.logger,
  });
  const answer = await handler(sqsEvent(update("a"), "poison"), lambdaContext(60_000));
  expect(failed(answer)).toEqual([]);
  expect(world.channel.delivered()).toEqual(["good"]);
  expect(world.queue.deferred).toMatchObject([{ delivery: { to: { recipients: [{ connectionId: "stuck" }] } } }]);
  expect(world.queue.unread).toHaveLength(1);
});
