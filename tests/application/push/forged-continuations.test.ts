import { describe, expect, it } from "vitest";
import { parseUserPush } from "../../../src/adapters/sqs/event-detail.ts";
import { parseQueuedDelivery } from "../../../src/adapters/sqs/events/queued-event.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import { addSeconds, type EpochMillis, toEpochSeconds } from "../../../src/domain/time.ts";
import { tokenFacts } from "../../support/a-connection.ts";
import { connectionId, entityUpdate, NOON, PUBLICATION } from "../../support/notifications.ts";
import { unsubscribeOne } from "../../support/one-subscription.ts";
import { PushWorld } from "../../support/push-world.ts";

const NOW = toEpochSeconds(NOON);
const ENTITY = entityUpdate().entityId;

const ANY = { schema: "portcullis/delivery/1", id: PUBLICATION.id, time: PUBLICATION.time, attempt: 0 };
const TO_SUBSCRIBERS = { ...ANY, kind: "entity-update", detail: { entityId: ENTITY, message: "forged" } };
const TO_ANN = { ...ANY, kind: "user-push", detail: { userId: "ann", message: "forged" } };

/** Handles a forged message of ContinuationQueue as the function does. */
async function processMessage(world: PushWorld, message: object) {
  return world.run(parseQueuedDelivery(JSON.stringify(message)));
}

describe.each([
  ["an entity's subscribers", TO_SUBSCRIBERS],
  ["a user's connections", TO_ANN],
])("attack:I4 a forged continuation of a push to %s", (_audience, message) => {
  it("gives no connection an expiry that its record does not have", async () => {
    const world = new PushWorld();
    const ann = await world.connect("anns", "ann", addSeconds(NOW, 60));
    await world.subscribe(ENTITY, ann);
    world.clock.advance(60);

    await expect(processMessage(world, { ...message, recipients: [["anns", NOON, NOW + 3600]] })).rejects.toThrow(
      new MalformedInputError("MALFORMED_DELIVERY"),
    );
    expect(await processMessage(world, { ...message, recipients: [["anns", "ann"]] })).toMatchObject({
      delivered: 0,
      gone: 1,
    });
    expect(world.channel.posts).toEqual([]);
  });

  it("does not reach Bob, who is not in the audience", async () => {
    const world = new PushWorld();
    await world.connect("bobs", "bob");
    const report = await processMessage(world, { ...message, recipients: [["bobs", "ann"]] });

    expect(report).toMatchObject({ delivered: 0, gone: 1 });
    expect(world.channel.posts).toEqual([]);
  });

  it("leaves no tombstone for connections that never existed", async () => {
    const world = new PushWorld();
    world.channel.script = () => "gone";
    const dead = Array.from({ length: 500 }, (_, n) => [`dead${n}`, "ann"]);
    const report = await processMessage(world, { ...message, recipients: dead });

    expect(report).toMatchObject({ gone: 500, unforgotten: 0 });
    expect(world.channel.posts).toEqual([]);
    const opened = await Promise.all(
      dead.map(([name = ""]) =>
        world.connections.open(
          {
            id: connectionId(name),
            identity: { userId: parseUserPush({ userId: "ann", message: "" }, PUBLICATION).userId },
            sourceIp: "192.0.2.1",
            connectedAt: NOON as EpochMillis,
            token: tokenFacts({ expiresAt: addSeconds(NOW, 3600) }),
            expiresAt: addSeconds(NOW, 3600),
          },
          [],
        ),
      ),
    );
    expect(new Set(opened)).toEqual(new Set(["stored"]));
  });

  it("of 15,000 names is dead-lettered, and none of them is read", async () => {
    const world = new PushWorld();
    const dead = Array.from({ length: 15_000 }, (_, n) => [`dead${n}`, "ann"]);

    await expect(processMessage(world, { ...message, recipients: dead })).rejects.toThrow(MalformedInputError);
  });

  it("that names a connection repeatedly reaches it once, like any push to that audience", async () => {
    const world = new PushWorld();
    await world.subscribe(ENTITY, await world.connect("anns"));
    await processMessage(world, { ...message, recipients: Array(500).fill(["anns", "ann"]) });

    expect(world.channel.delivered()).toEqual(["anns"]);
  });
});

describe("a continuation", () => {
  it("does not reach a connection that has unsubscribed, closed or been closed since it was written", async () => {
    const world = new PushWorld();
    const [left, closed, stays] = [
      await world.connect("left"),
      await world.connect("closed"),
      await world.connect("stays"),
    ];
    for (const connection of [left, closed, stays]) await world.subscribe(ENTITY, connection);
    world.channel.script = () => "unanswered";
    await world.run({ notification: entityUpdate(), to: {}, attempt: 0 });
    world.channel.script = () => "delivered";
    const follows = { entityId: ENTITY, connectionId: left.id, userId: left.identity.userId };
    expect(await unsubscribeOne(world.subscriptions, follows, NOW)).toBe("unsubscribed");
    await world.connections.close(closed.id, NOW);
    await world.subscriptions.unsubscribeAll(closed.id);
    const [deferred] = world.queue.deferred;
    if (deferred === undefined) throw new Error("nothing was deferred");

    const report = await world.run(deferred.delivery);

    expect(world.channel.delivered()).toEqual(["stays"]);
    expect(report).toMatchObject({ delivered: 1, gone: 2, unreached: ["ann gone"] });
  });

  it("whose recipients cannot be read is enqueued again unchanged", async () => {
    const world = new PushWorld();
    const ann = await world.connect("anns");
    await world.subscribe(ENTITY, ann);
    const { subscriptions } = world;
    subscriptions.subscribersAmong = async () => {
      throw new Error("out of order");
    };
    const named = [{ connectionId: ann.id, userId: ann.identity.userId }];
    await world.run({ notification: entityUpdate(), to: { recipients: named }, attempt: 1 });

    expect(world.channel.posts).toEqual([]);
    expect(world.queue.deferred).toMatchObject([{ delivery: { attempt: 2, to: { recipients: named } } }]);
  });
});
