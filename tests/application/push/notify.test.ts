import { describe, expect, it } from "vitest";
import { type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import { aSubscription } from "../../support/a-subscription.ts";
import { entityUpdate, freshDelivery, NOON, userPush } from "../../support/notifications.ts";
import { unsubscribeOne } from "../../support/one-subscription.ts";
import { PushWorld } from "../../support/push-world.ts";

const UPDATE = entityUpdate();
const OTHER = entityUpdate({ entityId: "order-18" }).entityId;
const NOW = toEpochSeconds(NOON);

describe("an entity's update", () => {
  it("inv:4 reaches its subscribers, and no other connection", async () => {
    const world = new PushWorld();
    const [one, two, elsewhere, nothing] = await Promise.all(["c1", "c2", "c3", "c4"].map((id) => world.connect(id)));
    if (!(one && two && elsewhere && nothing)) throw new Error("not connected");
    await world.subscribe(UPDATE.entityId, one);
    await world.subscribe(UPDATE.entityId, two);
    await world.subscribe(OTHER, elsewhere);
    const report = await world.run(freshDelivery(UPDATE));
    expect([...world.channel.delivered()].sort()).toEqual(["c1", "c2"]);
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 2 });
  });

  it("fault:8 reaches a subscription that was just acknowledged, and none that has just ended", async () => {
    const world = new PushWorld();
    const [stays, leaves] = [await world.connect("stays"), await world.connect("leaves")];
    await world.subscribe(UPDATE.entityId, stays);
    await world.subscribe(UPDATE.entityId, leaves);
    await unsubscribeOne(world.subscriptions, aSubscription(leaves, UPDATE.entityId), NOW);
    await world.run(freshDelivery(UPDATE));
    expect(world.channel.delivered()).toEqual(["stays"]);
  });

  it("fault:7 inv:19 does not reach a subscriber that has expired, though it was never removed", async () => {
    const world = new PushWorld();
    await world.subscribe(UPDATE.entityId, await world.connect("c1", "ann", (NOW + 60) as EpochSeconds));
    world.clock.advance(60);
    const report = await world.run(freshDelivery(UPDATE));
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 0 });
    expect(world.channel.posts).toEqual([]);
  });

  it("fault:J1 forgets a gone connection with all its subscriptions", async () => {
    const world = new PushWorld();
    const gone = await world.connect("gone");
    await world.subscribe(UPDATE.entityId, gone);
    await world.subscribe(OTHER, gone);
    world.channel.script = () => "gone";
    await world.run(freshDelivery(UPDATE));
    const left = await Promise.all([
      world.connections.liveConnectionsOf(gone.identity.userId, NOW),
      world.subscriptions.subscribersOf(UPDATE.entityId, NOW),
      world.subscriptions.subscribersOf(OTHER, NOW),
    ]);
    expect(left.map(({ items }) => items)).toEqual([[], [], []]);
    expect(await world.connections.open(gone, [])).toBe("closed");
  });

  it("inv:13 fault:10 is posted once to a connection whose disconnect was lost", async () => {
    const world = new PushWorld();
    await world.subscribe(UPDATE.entityId, await world.connect("gone"));
    world.channel.script = () => "gone";
    await world.run(freshDelivery(UPDATE));
    await world.run(freshDelivery(UPDATE));
    expect(world.channel.posts).toHaveLength(1);
  });

  it("attack:I5 whose cursor is not the store's is dead-lettered at once, with its reason, and not read again", async () => {
    const world = new PushWorld();
    await world.subscribe(UPDATE.entityId, await world.connect("c1"));
    const report = await world.run({ ...freshDelivery(UPDATE), to: { page: "forged" } });
    expect(report).toMatchObject({ outcome: { kind: "dead-lettered", reason: "MALFORMED_PAGE" }, delivered: 0 });
    expect(world.queue.dead).toMatchObject([{ reason: "MALFORMED_PAGE", delivery: { to: { page: "forged" } } }]);
    expect(world.queue.deferred).toEqual([]);
  });

  it("reaches subscribers beyond one page of the store", async () => {
    const world = new PushWorld();
    for (let index = 0; index < 600; index += 1)
      await world.subscribe(UPDATE.entityId, await world.connect(`c${index}`));
    const report = await world.run(freshDelivery(UPDATE));
    expect(report.delivered).toBe(600);
    expect(new Set(world.channel.delivered()).size).toBe(600);
  });
});

describe("a user's push", () => {
  it("inv:6 reaches every connection of exactly this user", async () => {
    const world = new PushWorld();
    for (const [id, user] of [
      ["c1", "ann"],
      ["c2", "ann"],
      ["c3", "Ann"],
      ["c4", "ann2"],
      ["c5", "an"],
    ] as const) {
      await world.connect(id, user);
    }
    await world.run(freshDelivery(userPush({ userId: "ann" })));
    expect([...world.channel.delivered()].sort()).toEqual(["c1", "c2"]);
  });

  it("attack:E5 does not reach subscribers of an entity of the user's name", async () => {
    const world = new PushWorld();
    await world.subscribe(entityUpdate({ entityId: "ann" }).entityId, await world.connect("c1", "bob"));
    const report = await world.run(freshDelivery(userPush({ userId: "ann" })));
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 0 });
  });

  it("attack:I12 succeeds when the user is not connected", async () => {
    const world = new PushWorld();
    const report = await world.run(freshDelivery(userPush()));
    expect(report).toMatchObject({ outcome: { kind: "completed" }, delivered: 0, deadLettered: 0 });
    expect(world.queue).toMatchObject({ deferred: [], dead: [] });
  });

  it("fault:J1 forgets a gone connection", async () => {
    const world = new PushWorld();
    const gone = await world.connect("gone");
    world.channel.script = () => "gone";
    await world.run(freshDelivery(userPush()));
    const { items } = await world.connections.liveConnectionsOf(gone.identity.userId, NOW);
    expect(items).toEqual([]);
  });
});
