import { describe, expect, it } from "vitest";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import { addSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import { tokenFacts } from "../../support/a-connection.ts";
import { connectionId, entityUpdate, freshDelivery, NOON, PUBLICATION, userPush } from "../../support/notifications.ts";
import { openConnectionOver } from "../../support/open-connection.ts";
import { PushWorld } from "../../support/push-world.ts";

const UPDATE = entityUpdate();
const NOW = toEpochSeconds(NOON);

/** Both kinds of audience: each reaches one connection of ann's, which is subscribed to the entity. */
const AUDIENCES: readonly (readonly [string, Delivery])[] = [
  ["an entity's subscriber", freshDelivery(UPDATE)],
  ["a user's connection", freshDelivery(userPush({ userId: "ann" }))],
];

async function subscribed(world: PushWorld, connection: Connection): Promise<Connection> {
  await world.subscribe(UPDATE.entityId, connection);
  return connection;
}

/** Opened as in a handshake, so that the rules derive its end from the token's. */
async function connectedJustNow(world: PushWorld, tokenSeconds: number): Promise<Connection> {
  const id = connectionId("c1");
  const { userId } = userPush({ userId: "ann" });
  const open = openConnectionOver(world);
  const facts = { id, identity: { userId }, sourceIp: "192.0.2.1", connectedAt: world.clock.now(), grants: [] };
  await open({ ...facts, token: tokenFacts({ expiresAt: addSeconds(NOW, tokenSeconds) }) });
  const [connection] = await world.connections.liveConnectionsAmong([id], userId, NOW);
  if (connection === undefined) throw new Error("not connected");
  return subscribed(world, connection);
}

async function drain(world: PushWorld): Promise<void> {
  for (let next = world.queue.deferred.shift(); next !== undefined; next = world.queue.deferred.shift()) {
    world.clock.advance(next.delaySeconds);
    await world.run(next.delivery);
  }
}

describe.each(AUDIENCES)("%s", (_audience, delivery) => {
  it.each([2, 3, 5])(
    "attack:I8 fault:5 receives an event that came %i times as often, with one id and time",
    async (times) => {
      const world = new PushWorld();
      await subscribed(world, await world.connect("c1"));
      for (let round = 0; round < times; round += 1) await world.run(delivery);
      const { id, time } = PUBLICATION;
      const frames = world.channel.posts.map(({ push }) => JSON.parse(push));
      expect(frames).toHaveLength(times);
      expect(frames.filter((frame) => frame.id === id && frame.time === time)).toHaveLength(times);
    },
  );

  it.each<[string, readonly PostOutcome[], number]>([
    ["once", ["failed"], 2],
    ["until the invocation gives up", ["failed", "failed", "failed", "failed"], 5],
    ["every time", Array.from({ length: 100 }, () => "failed" as const), 24],
  ])("fault:J9 whose gateway responses are lost %s receives it a bounded number of times", async (_row, lost, most) => {
    const world = new PushWorld();
    await subscribed(world, await world.connect("c1"));
    world.channel.script = (_id, nth) => lost[nth - 1] ?? "delivered";
    await world.run(delivery);
    await drain(world);
    expect(world.channel.posts).toHaveLength(most);
    expect(new Set(world.channel.posts.map(({ push }) => push)).size).toBe(1);
  });

  it.each([
    ["fault:M6 its token's end, an hour away", 3600, 3600],
    ["fault:M4 1 h 58 min, though the token goes on", 36_000, 7080],
  ])("whose disconnect never came receives nothing after %s", async (_end, tokenSeconds, lifeSeconds) => {
    const world = new PushWorld();
    await connectedJustNow(world, tokenSeconds);
    const replayed: Delivery = { ...delivery, notification: { ...delivery.notification, replay: true } };
    world.clock.advance(lifeSeconds - 1);
    const last = await world.run(replayed);
    world.clock.advance(1);
    const over = await world.run(replayed);
    expect([last.delivered, over.delivered]).toEqual([1, 0]);
    expect(world.channel.posts).toHaveLength(1);
  });

  it("fault:M4 whose disconnect never came is removed by the first 410, and not posted to again", async () => {
    const world = new PushWorld();
    const connection = await subscribed(world, await world.connect("c1"));
    world.channel.script = () => "gone";
    const reports = [await world.run(delivery), await world.run(delivery)];
    expect(reports.map(({ gone }) => gone)).toEqual([1, 0]);
    expect((await world.connections.liveConnectionsOf(connection.identity.userId, NOW)).items).toEqual([]);
  });

  it.each([0, 1, 4, 9])(
    "fault:M5 whose $connect has not answered after %i s keeps its record, and gets it",
    async (age) => {
      const world = new PushWorld();
      await connectedJustNow(world, 3600);
      world.clock.advance(age);
      world.channel.script = (_id, nth) => (nth <= 4 ? "gone" : "delivered");
      const report = await world.run(delivery);
      await drain(world);
      expect(report).toMatchObject({ gone: 0, deferred: 1 });
      expect(world.channel.delivered()).toEqual(["c1"]);
    },
  );
});

describe("a reconnect storm", () => {
  it("fault:M10 leaves each client one connection; old ones, half of them disconnected, are posted to once at most", async () => {
    const world = new PushWorld();
    const names = Array.from({ length: 1000 }, (_, index) => String(index));
    const close = makeCloseConnection(world);
    for (const name of names) await subscribed(world, await world.connect(`old-${name}`, `user-${name}`));
    await Promise.all(names.map((name) => (Number(name) % 2 ? close(connectionId(`old-${name}`)) : undefined)));
    await Promise.all(names.map(async (name) => subscribed(world, await world.connect(`new-${name}`, `user-${name}`))));
    world.channel.script = (id) => (id.startsWith("old-") ? "gone" : "delivered");
    const reports = [await world.run(freshDelivery(UPDATE)), await world.run(freshDelivery(UPDATE))];
    expect(reports).toMatchObject([
      { delivered: 1000, gone: 500 },
      { delivered: 1000, gone: 0 },
    ]);
    const { userId } = userPush({ userId: "user-0" });
    const { items } = await world.connections.liveConnectionsOf(userId, NOW);
    expect(items.map(({ id }) => id)).toEqual(["new-0"]);
  });
});
