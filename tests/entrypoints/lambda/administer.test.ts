import { describe, expect, it } from "vitest";
import { encodeEndingTask } from "../../../src/adapters/sqs/ending-body.ts";
import { makeCollectEnds } from "../../../src/application/endings/collect-ends.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { administerHandler } from "../../../src/entrypoints/lambda/handlers/administer.ts";
import { aUserId } from "../../support/a-connection.ts";
import { EndingWorld, NOON_SECONDS } from "../../support/ending-world.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { NOON } from "../../support/notifications.ts";
import { adminEvent, scheduledEvent, sqsEvent } from "../../support/queued-messages.ts";

const LONG_AGO = { connectedAt: (NOON - 60_000) as EpochMillis };

function handlerOf(world: EndingWorld) {
  const { time, tasks, logger } = world;
  const collectEnds = makeCollectEnds(world.deps);
  const services = { carryOut: world.carryOut, collectEnds, deadLetters: tasks, clock: time, logger };
  const handler = administerHandler(services);
  return (event: unknown) => time.until(handler(event, lambdaContext()));
}

const NONE_FAILED = { batchItemFailures: [] };

describe("the administering function", () => {
  it("collects the ends for the time of the schedule's event", async () => {
    const world = new EndingWorld();
    await world.open(65, LONG_AGO);
    await handlerOf(world)(scheduledEvent("2026-11-22T12:00:42Z"));
    expect(world.tasks.deferred).toMatchObject([{ delaySeconds: 72, task: { part: { from: NOON_SECONDS + 60 } } }]);
    expect(world.logger.entries).toMatchObject([
      { message: "invocation", function: "Administer", outcome: "collected", tasks: 1, recipients: 1 },
    ]);
  });

  it("of a stack with nobody on it has a log entry without an outcome, which would be a metric to pay for", async () => {
    const world = new EndingWorld();
    await handlerOf(world)(scheduledEvent("2026-11-22T12:00:42Z"));
    expect(world.logger.entries).toMatchObject([{ message: "invocation", function: "Administer", tasks: 0 }]);
    expect(world.logger.entries[0]).not.toHaveProperty("outcome");
  });

  it("fails if the schedule's run fails, so that Lambda repeats it and an alarm goes off", async () => {
    const world = new EndingWorld();
    world.deps.endings.countIn = async () => {
      throw new DependencyUnavailableError("CONNECTION_STORE");
    };
    await expect(handlerOf(world)(scheduledEvent("2026-11-22T12:00:42Z"))).rejects.toThrow("AdministerFailed");
    expect(world.logger.entries.at(-1)).toMatchObject({ level: "error", dependency: "CONNECTION_STORE" });
  });

  it("leaves one line for an event, with its sender's reason and the counts", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    await world.openOf(userId, 2);
    const body = adminEvent("Revoke Tokens", { userId, reason: "laptop stolen" });
    expect(await handlerOf(world)(sqsEvent(body))).toEqual(NONE_FAILED);
    const lines = world.logger.entries.filter(({ message }) => message === "admin event");
    expect(lines).toMatchObject([
      {
        level: "info",
        eventId: body["id"],
        detailType: "Revoke Tokens",
        userId,
        issuedBefore: NOON_SECONDS,
        statedReason: "laptop stolen",
        outcome: "completed",
        ended: 2,
        gone: 0,
        deferred: 0,
        deadLettered: 0,
      },
    ]);
    const ended = world.logger.entries.filter(({ message }) => message === "connection ended");
    expect(ended).toMatchObject([
      { eventId: body["id"], reason: "TOKEN_REVOKED" },
      { eventId: body["id"], reason: "TOKEN_REVOKED" },
    ]);
  });

  it("leaves one line for a grant and for a withdrawal, with the grant as tokens write it", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const connection = await world.open(3600, { ...LONG_AGO, identity: { userId } });
    const handler = handlerOf(world);
    const granting = { userId, pattern: "order-*", expiresAt: NOON_SECONDS + 600, reason: "on call" };
    expect(await handler(sqsEvent(adminEvent("Grant Access", granting)))).toEqual(NONE_FAILED);
    expect(await world.subscribe(connection, ["order-1"])).toEqual(["subscribed"]);
    const withdrawal = adminEvent("Withdraw Access", { userId, pattern: "*" }, { id: "withdrawal-1" });
    expect(await handler(sqsEvent(withdrawal))).toEqual(NONE_FAILED);
    expect(await world.heardBy("order-1")).toEqual([]);
    const lines = world.logger.entries.filter(({ message }) => message === "admin event");
    const about = { level: "info", function: "Administer", userId, outcome: "completed", deferred: 0, deadLettered: 0 };
    expect(lines).toMatchObject([
      { ...about, detailType: "Grant Access", grant: "subscribe:order-*", statedReason: "on call", ended: 0 },
      { ...about, detailType: "Withdraw Access", grant: "subscribe:*", eventId: "withdrawal-1", ended: 1 },
    ]);
    expect(world.logger.entries).toContainEqual(
      expect.objectContaining({
        message: "access ended",
        eventId: "withdrawal-1",
        connectionId: connection.id,
        denials: ["GRANT_WITHDRAWN subscribe:order-1 closest subscribe:order-*"],
      }),
    );
  });

  it.each<[string, "Grant Access" | "Withdraw Access", object]>([
    ["no user", "Grant Access", { pattern: "order-*" }],
    ["a user id that no token can carry", "Grant Access", { userId: "ann#bob", pattern: "order-*" }],
    ["no pattern", "Withdraw Access", { userId: "ann" }],
    ["an empty pattern", "Grant Access", { userId: "ann", pattern: "" }],
    ["a star before the end", "Grant Access", { userId: "ann", pattern: "order-*-1" }],
    ["two stars", "Grant Access", { userId: "ann", pattern: "**" }],
    ["a pattern that is a whole grant", "Grant Access", { userId: "ann", pattern: "subscribe:order-*" }],
    ["a pattern over 256 bytes", "Grant Access", { userId: "ann", pattern: "x".repeat(257) }],
    ["a pattern with a line break", "Withdraw Access", { userId: "ann", pattern: "order\n" }],
    ["a list of patterns", "Grant Access", { userId: "ann", pattern: ["order-*"] }],
    ["an end that is a text", "Grant Access", { userId: "ann", pattern: "*", expiresAt: "1795348900" }],
    ["an end with a fraction", "Grant Access", { userId: "ann", pattern: "*", expiresAt: 1795348900.5 }],
    ["an end before 1970", "Grant Access", { userId: "ann", pattern: "*", expiresAt: -1 }],
    ["an end in milliseconds", "Grant Access", { userId: "ann", pattern: "*", expiresAt: 1795348900000 }],
    ["an end of a withdrawal", "Withdraw Access", { userId: "ann", pattern: "*", expiresAt: 1795348900 }],
    ["a verb", "Grant Access", { userId: "ann", pattern: "*", verb: "subscribe" }],
    ["a reason with a control character", "Grant Access", { userId: "ann", pattern: "*", reason: "a\u0007" }],
  ])(
    "attack:I6 puts a change of access aside at once that has %s, and nothing changes",
    async (_what, type, detail) => {
      const world = new EndingWorld();
      const body = adminEvent(type, detail, { id: "bad-1" });
      expect(await handlerOf(world)(sqsEvent(body))).toEqual(NONE_FAILED);
      expect(world.tasks.unread).toEqual([{ body: JSON.stringify(body), reason: "MALFORMED_DETAIL" }]);
      expect(world.tasks.deferred).toEqual([]);
      expect(await world.administered.entriesOf("ann" as UserId)).toEqual([]);
      expect(world.logger.entries.filter(({ message }) => message === "put aside")).toMatchObject([
        { level: "warn", reason: "MALFORMED_DETAIL", deadLettered: 1, eventId: "bad-1" },
      ]);
    },
  );

  it("logs a review as what it is, and puts it aside after its last attempt", async () => {
    const world = new EndingWorld();
    const { id } = await world.open(3600, LONG_AGO);
    const task = { order: { kind: "review" }, part: { kind: "named", ids: [id] }, cut: 0, attempt: 0 } as const;
    const handler = handlerOf(world);
    await handler(sqsEvent(encodeEndingTask(task)));
    expect(world.logger.entries).toContainEqual(
      expect.objectContaining({ message: "ending", part: "named", outcome: "completed", ended: 0 }),
    );
    world.deps.reviews.review = () => Promise.reject(new DependencyUnavailableError("SUBSCRIPTION_STORE"));
    await handlerOf(world)(sqsEvent(encodeEndingTask({ ...task, attempt: 5 })));
    expect(world.tasks.dead).toMatchObject([{ task: { order: { kind: "review" } }, reason: "ATTEMPTS_EXHAUSTED" }]);
  });

  it("attack:I6 handles each message of a batch separately, and puts malformed ones aside at once", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const [connection] = await world.openOf(userId, 1);
    const good = adminEvent("Disconnect User", { userId });
    const bad = adminEvent("Disconnect User", {}, { id: "bad-1" });
    expect(await handlerOf(world)(sqsEvent("rubbish", good, bad))).toEqual(NONE_FAILED);
    expect(world.ender.isClosed(connection?.id as never)).toBe(true);
    expect(world.tasks.unread).toEqual([
      { body: "rubbish", reason: "MALFORMED_EVENT" },
      { body: JSON.stringify(bad), reason: "MALFORMED_DETAIL" },
    ]);
    expect(world.logger.entries.filter(({ message }) => message === "put aside")).toMatchObject([
      { reason: "MALFORMED_EVENT", deadLettered: 1 },
      { reason: "MALFORMED_DETAIL", deadLettered: 1, eventId: "bad-1" },
    ]);
  });

  it("names the message that must come back, and no other", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const [connection] = await world.openOf(userId, 1);
    world.tasks.outages = 1;
    const event = sqsEvent(
      adminEvent("Disconnect User", { userId: aUserId() }),
      adminEvent("Disconnect User", { userId }),
    );
    expect(await handlerOf(world)(event)).toEqual({ batchItemFailures: [{ itemIdentifier: "message-0" }] });
    expect(world.ender.isClosed(connection?.id as never)).toBe(true);
    expect(world.logger.entries).toContainEqual(
      expect.objectContaining({
        message: "message left in the queue",
        dependency: "ADMIN_QUEUE",
        messageId: "message-0",
      }),
    );
  });

  it("finishes what an interrupted invocation had claimed, when the message comes again", async () => {
    const world = new EndingWorld();
    const connection = await world.open(0, LONG_AGO);
    await world.connections.end(connection, "TOKEN_EXPIRED", NOON_SECONDS);
    const slots = { kind: "slots", from: NOON_SECONDS, until: NOON_SECONDS + 10 } as never;
    const body = encodeEndingTask({ order: { kind: "expiry" }, part: slots, cut: 1, attempt: 0 });
    await handlerOf(world)(sqsEvent(body));
    expect(world.ender.isClosed(connection.id)).toBe(false);
    const [record] = sqsEvent(body).Records;
    await handlerOf(world)({ Records: [{ ...record, attributes: { ApproximateReceiveCount: "2" } }] });
    expect(world.ender.isClosed(connection.id)).toBe(true);
  });

  it("logs what a task did, and warns of what it gave up", async () => {
    const world = new EndingWorld();
    const { id } = await world.open(0, LONG_AGO);
    const task = { order: { kind: "expiry" }, part: { kind: "named", ids: [id] }, cut: 1, attempt: 0 } as const;
    await handlerOf(world)(sqsEvent(encodeEndingTask(task)));
    const forged = {
      ...task,
      part: { kind: "slots", from: NOON_SECONDS, until: NOON_SECONDS + 10, page: "x" },
    } as never;
    await handlerOf(world)(sqsEvent(encodeEndingTask(forged)));
    expect(world.logger.entries).toContainEqual(
      expect.objectContaining({ message: "ending", part: "named", outcome: "completed", ended: 1 }),
    );
    expect(world.logger.entries).toContainEqual(
      expect.objectContaining({ level: "warn", message: "put aside", reason: "MALFORMED_PAGE" }),
    );
  });
});
