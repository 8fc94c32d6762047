import { describe, expect, it } from "vitest";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { type EndSlot, slotIsOverAt } from "../../../src/domain/connection/ending.ts";
import type { EndingTask } from "../../../src/domain/connection/ending-task.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { aUserId } from "../../support/a-connection.ts";
import { EndingWorld, NOON_SECONDS } from "../../support/ending-world.ts";
import { NOON } from "../../support/notifications.ts";

const LONG_AGO = { connectedAt: (NOON - 60_000) as EpochMillis };
const TOKEN_END = 3600;

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

/** A world in which an administrator granted the user something until then, in seconds after noon. */
async function granted(userId: UserId, until: number, world = new EndingWorld()) {
  await world.run(world.access("grant", userId, "order-*", { at: -3600, until }));
  const connection = await world.open(TOKEN_END, { ...LONG_AGO, identity: { userId } });
  return { world, connection };
}

const at = (seconds: number) => NOON + seconds * 1000;

describe("a subscription whose grant ends", () => {
  it.each([1, 9, 29, 59, 61, 119, 130, 599])(
    "is delivered until then, and its client is told within a minute: after %i s",
    async (until) => {
      const { world, connection } = await granted(aUserId(), until);
      expect(await world.subscribe(connection, ["order-1"])).toEqual(["subscribed"]);
      const heard = async () => (await world.heardBy("order-1")).length;
      const minute = Math.floor(until / 60);
      await world.minutes(0, minute);
      await world.drain(at(minute * 60));
      await world.collect(minute);
      await world.drain(at(until) - 1);
      expect(await heard()).toBe(1);
      world.time.advanceTo(at(until));
      expect(await heard()).toBe(0);
      expect(world.ender.requests).toEqual([]);

      await world.drain(at((minute + 1) * 60));
      await world.minutes(minute + 1, minute + 3);

      expect(world.ender.framesOf(connection.id)).toEqual([
        { type: "unsubscribed", entityId: "order-1", code: "FORBIDDEN", decision: expect.any(String) },
      ]);
      const [told] = world.ender.requests;
      expect(told?.at).toBeGreaterThanOrEqual(at(until));
      expect((told?.at ?? 0) - at(until)).toBeLessThanOrEqual(60_000);
      expect(world.logger.entries).toContainEqual(
        expect.objectContaining({
          message: "access ended",
          connectionId: connection.id,
          denials: ["GRANT_ENDED subscribe:order-1 closest subscribe:order-*"],
        }),
      );
      expect(world.ender.isClosed(connection.id)).toBe(false);
    },
  );

  it("goes on without a gap if an event extends the grant before its end", async () => {
    const userId = aUserId();
    const { world, connection } = await granted(userId, 90);
    await world.subscribe(connection, ["order-1"]);
    await world.minutes(0, 1);
    world.time.advanceTo(at(80));
    await world.run(world.access("grant", userId, "order-*", { at: 80, until: 300 }));
    for (const second of [89, 90, 91, 299]) {
      await world.drain(at(second));
      expect(await world.heardBy("order-1")).toEqual([connection.id]);
    }
    expect(world.ender.requests).toEqual([]);
    await world.minutes(5, 7);
    expect(world.ender.of(connection.id)).toEqual(["ended delivered"]);
  });

  it("goes on if an event extends the grant in the very second of its end", async () => {
    const userId = aUserId();
    const { world, connection } = await granted(userId, 90);
    await world.subscribe(connection, ["order-1"]);
    await world.minutes(0, 1);
    await world.drain(at(90));
    await world.run(world.access("grant", userId, "order-*", { at: 90 }));
    await world.minutes(2, 4);
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    expect(world.ender.requests).toEqual([]);
  });

  it("ends at once if a withdrawal comes before the grant's end, and is told once", async () => {
    const userId = aUserId();
    const { world, connection } = await granted(userId, 90);
    await world.subscribe(connection, ["order-1"]);
    await world.minutes(0, 1);
    await world.run(world.access("withdrawal", userId, "order-*"));
    expect(await world.heardBy("order-1")).toEqual([]);
    await world.minutes(2, 4);
    expect(world.ender.of(connection.id)).toEqual(["ended delivered"]);
  });

  it("is allowed by another grant in its place: only what is left of both counts", async () => {
    const userId = aUserId();
    const { world, connection } = await granted(userId, 70);
    await world.run(world.access("grant", userId, "order-1", { at: -10, until: 200 }));
    await world.subscribe(connection, ["order-1", "order-2"]);
    await world.minutes(0, 3);
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    expect(world.ender.framesOf(connection.id)).toMatchObject([{ entityId: "order-2" }]);
    await world.minutes(3, 5);
    expect(world.ender.framesOf(connection.id)).toMatchObject([{ entityId: "order-2" }, { entityId: "order-1" }]);
  });

  it("says nothing about the connections that end in the same slot, also if its own was ended before", async () => {
    const { world, connection } = await granted(aUserId(), 95);
    await world.subscribe(connection, ["order-1"]);
    const other = await world.open(95, LONG_AGO);
    // Ended by an invocation that could not remove its rows.
    await world.connections.end(connection, "TOKEN_EXPIRED", NOON_SECONDS);
    await world.minutes(0, 4);
    expect(world.ender.isClosed(other.id)).toBe(true);
    expect(world.ender.of(connection.id)).toEqual([]);
  });

  it("needs no task if the client has unsubscribed before", async () => {
    const { world, connection } = await granted(aUserId(), 90);
    await world.subscribe(connection, ["order-1"]);
    const request = { connectionId: connection.id, userId: connection.identity.userId };
    await world.subscriptions.unsubscribe({ ...request, entityIds: ["order-1" as never] }, NOON_SECONDS);
    await world.drain();
    const before = world.tasks.deferred.length;
    await world.minutes(1, 4);
    expect(world.tasks.deferred).toHaveLength(before);
    expect(world.ender.requests).toEqual([]);
  });

  it("ends together with many, in reviews of a hundred connections each", async () => {
    const world = new EndingWorld({ pageSize: 1000 });
    const ids = [];
    for (let one = 0; one < 250; one += 1) {
      const { connection } = await granted(aUserId(), 95, world);
      await world.subscribe(connection, ["order-1", "order-2"]);
      ids.push(connection.id);
    }
    world.tasks.due.length = 0;
    world.tasks.deferred.length = 0;
    await world.minutes(0, 4);
    const reviews = world.tasks.deferred.filter(({ task }) => task.order.kind === "review");
    expect(Math.max(...reviews.map(({ task }) => (task.part.kind === "named" ? task.part.ids.length : 0)))).toBe(100);
    for (const id of ids) expect(world.ender.of(id)).toEqual(["ended delivered"]);
    expect(world.ender.requests.every(({ at: told }) => told - at(95) <= 60_000)).toBe(true);
  });

  it("is looked at again for its own end alone: the end of an issuer's tokens reviews nothing", async () => {
    const { world, connection } = await granted(aUserId(), 95);
    await world.subscribe(connection, ["order-1"]);
    await world.drain();
    world.tasks.deferred.length = 0;
    const slot = (NOON_SECONDS + 90) as EndSlot;
    const issuer = issuerId("https://another.example");
    const task: EndingTask = {
      order: {
        kind: "revocation",
        revocation: { kind: "issuer", issuer, issuedBefore: NOON_SECONDS },
        eventId: "event-1",
        orderedAt: NOON_SECONDS,
      },
      part: { kind: "slots", from: slot, until: slotIsOverAt(slot) },
      ...{ cut: 0, attempt: 0 },
    };
    expect(await world.connections.candidatesIn(slot)).toMatchObject({ items: [{ ends: "subscription" }] });
    await world.run(task);
    expect(world.tasks.deferred).toEqual([]);
  });
});

describe("a renewed token", () => {
  it("that grants less ends what it no longer grants within five seconds, and nothing else", async () => {
    const world = new EndingWorld();
    const grants = grantsOf("subscribe:order-*", "subscribe:news");
    const connection = await world.open(TOKEN_END, { ...LONG_AGO, grants });
    await world.subscribe(connection, ["order-1", "order-2", "news"]);
    expect(await world.renew(connection, 7000, grantsOf("subscribe:order-1", "subscribe:news"))).toBe("renewed");
    await world.drain(at(5));
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    expect(await world.heardBy("news")).toEqual([connection.id]);
    expect(await world.heardBy("order-2")).toEqual([]);
    expect(world.ender.framesOf(connection.id)).toEqual([
      { type: "unsubscribed", entityId: "order-2", code: "FORBIDDEN", decision: expect.any(String) },
    ]);
    expect(world.ender.requests[0]?.at).toBeLessThanOrEqual(at(5));
  });

  it("whose write comes late is looked at once more, after the longest time that it can take", async () => {
    const world = new EndingWorld();
    const grants = grantsOf("subscribe:order-*");
    const connection = await world.open(TOKEN_END, { ...LONG_AGO, grants });
    await world.subscribe(connection, ["order-1"]);
    const { connections } = world;
    const renew = connections.renew.bind(connections);
    connections.renew = async (renewal, now, before) => {
      await before();
      // The first review comes while the write is under way.
      await world.drain(at(2));
      return renew(renewal, now, async () => undefined);
    };
    expect(await world.renew(connection, 7000, [])).toBe("renewed");
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    await world.drain(at(5));
    expect(await world.heardBy("order-1")).toEqual([]);
    expect(world.ender.of(connection.id)).toEqual(["ended delivered"]);
  });

  it("that grants more lifts the end of a subscription, without a new subscribe", async () => {
    const { world, connection } = await granted(aUserId(), 90);
    await world.subscribe(connection, ["order-1", "order-2"]);
    expect(await world.renew(connection, 7000, grantsOf("subscribe:order-1"))).toBe("renewed");
    await world.minutes(0, 4);
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    expect(world.ender.framesOf(connection.id)).toMatchObject([{ entityId: "order-2" }]);
  });

  it("that grants less leaves what administrators grant, with the end of that grant", async () => {
    const userId = aUserId();
    const { world } = await granted(userId, 90);
    const grants = grantsOf("subscribe:order-1");
    const connection = await world.open(TOKEN_END, { ...LONG_AGO, identity: { userId }, grants });
    await world.subscribe(connection, ["order-1"]);
    await world.renew(connection, 7000, []);
    await world.drain(at(5));
    const [row] = (await world.subscriptions.subscribersOf("order-1" as never, NOON_SECONDS)).items;
    expect(row?.grantedUntil).toBe(NOON_SECONDS + 90);
    await world.minutes(1, 3);
    expect(world.ender.of(connection.id)).toEqual(["ended delivered"]);
  });
});
