import { describe, expect, it } from "vitest";
import { makeReviewConnections } from "../../../src/application/endings/review-connections.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { PostOutcome } from "../../../src/domain/notification/post-outcome.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { aUserId } from "../../support/a-connection.ts";
import { EndingWorld } from "../../support/ending-world.ts";
import { NOON } from "../../support/notifications.ts";

const LONG_AGO = { connectedAt: (NOON - 60_000) as EpochMillis };

function grantsOf(...texts: readonly string[]): Grants {
  return texts.flatMap((text) => parseGrant(text) ?? []);
}

/** A connection that follows what its token grants no longer: the new token grants nothing. */
async function poorer(count: number, { seq, world = new EndingWorld() }: { seq?: number; world?: EndingWorld } = {}) {
  const grants = grantsOf("subscribe:order-*");
  const connection = await world.open(3600, { ...LONG_AGO, identity: { userId: aUserId() }, grants });
  const entityIds = Array.from({ length: count }, (_, index) => `order-${index}`);
  await world.subscribe(connection, entityIds, seq);
  expect(await world.renew(connection, 7000, [])).toBe("renewed");
  world.tasks.deferred.length = 0;
  world.tasks.due.length = 0;
  return { world, connection };
}

function review(world: EndingWorld, connections: readonly { readonly id: ConnectionId }[], millisLeft = 45_000) {
  const deadline = (world.time.now() + millisLeft) as EpochMillis;
  const ids = connections.map(({ id }) => id);
  return world.time.until(makeReviewConnections(world.deps)({ ids, order: { kind: "review" }, deadline }));
}

const marksOf = (world: EndingWorld, { id }: Connection) => world.connections.openRecord(id)?.marks;

describe("a review", () => {
  it("tells the client when the rows are gone, and then forgets that it had to", async () => {
    const { world, connection } = await poorer(1);
    const seen: unknown[] = [];
    world.ender.script = async (): Promise<PostOutcome> => {
      seen.push(await world.heardBy("order-0"), marksOf(world, connection)?.untold?.ended);
      return "delivered";
    };
    const report = await review(world, [connection]);
    expect(report).toEqual({ ended: 1, gone: 0, deferred: 0, deadLettered: 0, throttled: 0, left: [], found: "open" });
    expect(seen).toEqual([[], [{ entityId: "order-0", decision: "decision-1" }]]);
    expect(marksOf(world, connection)?.untold).toBeUndefined();
  });

  it("does nothing about a connection whose rights are as they were", async () => {
    const world = new EndingWorld();
    const grants = grantsOf("subscribe:order-*");
    const connection = await world.open(3600, { ...LONG_AGO, grants });
    await world.subscribe(connection, ["order-1"]);
    expect(await review(world, [connection])).toMatchObject({ ended: 0, left: [] });
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
    expect([world.ender.requests, world.logger.entries]).toEqual([[], []]);
  });

  it("does nothing about one that is closed, has expired, or never was", async () => {
    const { world, connection } = await poorer(1);
    const { connection: expired } = await poorer(1, { world });
    await world.connections.close(connection.id, (NOON / 1000) as never);
    world.time.advanceTo(NOON + 7_000_000);
    const never = { id: "AAAAAAAAAAAAAAA=" as ConnectionId };
    expect(await review(world, [connection, expired, never])).toMatchObject({ ended: 0, left: [] });
    expect(world.ender.requests).toEqual([]);
  });

  it("tells the greatest seq that the client had sent, so that a later subscribe of the client lives", async () => {
    const { world, connection } = await poorer(2, { seq: 4 });
    await review(world, [connection]);
    expect(world.ender.framesOf(connection.id)).toEqual([
      {
        type: "unsubscribed",
        results: [
          { entityId: "order-0", code: "FORBIDDEN", decision: "decision-1", seq: 4 },
          { entityId: "order-1", code: "FORBIDDEN", decision: "decision-1", seq: 4 },
        ],
      },
    ]);
  });

  it("logs what it ended with the decision that the client was told", async () => {
    const { world, connection } = await poorer(2);
    await review(world, [connection]);
    expect(world.logger.entries).toEqual([
      {
        level: "info",
        message: "access ended",
        decision: "decision-1",
        connectionId: connection.id,
        userId: connection.identity.userId,
        denials: ["NOT_GRANTED subscribe:order-0", "NOT_GRANTED subscribe:order-1"],
      },
    ]);
  });

  it("divides what one frame cannot hold, and tells each entity once", async () => {
    const { world, connection } = await poorer(450);
    await review(world, [connection]);
    const frames = world.ender.framesOf(connection.id) as readonly { results: readonly { entityId: string }[] }[];
    expect(frames.map(({ results }) => results.length)).toEqual([200, 200, 50]);
    expect(new Set(frames.flatMap(({ results }) => results.map(({ entityId }) => entityId))).size).toBe(450);
  });

  it("repeats a frame while the gateway throttles or fails, and counts that", async () => {
    const { world, connection } = await poorer(1);
    world.ender.script = (_id, _step, nth) => (["throttled", "failed", "delivered"] as const)[nth - 1] ?? "delivered";
    expect(await review(world, [connection])).toMatchObject({ ended: 1, throttled: 1, left: [] });
    expect(world.ender.of(connection.id)).toEqual(["ended throttled", "ended failed", "ended delivered"]);
    expect(marksOf(world, connection)?.untold).toBeUndefined();
  });

  it("takes a socket that is closed for told", async () => {
    const { world, connection } = await poorer(1);
    world.ender.script = () => "gone";
    expect(await review(world, [connection])).toMatchObject({ ended: 1, gone: 1, left: [] });
    expect(world.ender.of(connection.id)).toEqual(["ended gone"]);
    expect(marksOf(world, connection)?.untold).toBeUndefined();
  });

  it.each(["throttled", "failed", "refused", "too-large"] as const)(
    "leaves a connection for later whose client may not know: %s",
    async (outcome) => {
      const { world, connection } = await poorer(1);
      world.ender.script = () => outcome;
      expect(await review(world, [connection])).toMatchObject({ ended: 1, left: [connection.id] });
      expect(marksOf(world, connection)?.untold?.ended).toHaveLength(1);
      expect(await world.heardBy("order-0")).toEqual([]);

      world.ender.script = () => "delivered";
      expect(await review(world, [connection])).toMatchObject({ ended: 0, left: [] });
      expect(world.ender.framesOf(connection.id)).toEqual([
        { type: "unsubscribed", entityId: "order-0", code: "FORBIDDEN", decision: "decision-1" },
      ]);
    },
  );

  it("repeats nothing after its deadline", async () => {
    const { world, connection } = await poorer(1);
    world.ender.script = () => "throttled";
    expect(await review(world, [connection], 10)).toMatchObject({ left: [connection.id], throttled: 1 });
    expect(world.ender.of(connection.id)).toEqual(["ended throttled"]);
  });

  it("tells all frames again if one of them could not be told", async () => {
    const { world, connection } = await poorer(250);
    world.ender.script = (_id, _step, nth) => (nth === 1 ? "delivered" : "refused");
    expect(await review(world, [connection])).toMatchObject({ left: [connection.id] });
    world.ender.script = () => "delivered";
    expect(await review(world, [connection])).toMatchObject({ left: [] });
    const frames = world.ender.framesOf(connection.id) as readonly { results: readonly unknown[] }[];
    expect(frames.map(({ results }) => results.length)).toEqual([200, 200, 50]);
  });

  it("does not tell of an entity that the client follows again meanwhile", async () => {
    const { world, connection } = await poorer(2);
    world.ender.script = () => "failed";
    await review(world, [connection]);
    expect(await world.renew(connection, 7050, grantsOf("subscribe:order-1"))).toBe("renewed");
    expect(await world.subscribe(connection, ["order-1"])).toEqual(["subscribed"]);
    world.ender.script = () => "delivered";
    await review(world, [connection]);
    expect(world.ender.framesOf(connection.id)).toEqual([
      { type: "unsubscribed", entityId: "order-0", code: "FORBIDDEN", decision: "decision-1" },
    ]);
    expect(await world.heardBy("order-1")).toEqual([connection.id]);
  });

  it("that cannot forget the note leaves the connection, and tells it again", async () => {
    const { world, connection } = await poorer(1);
    const { reviews } = world.deps;
    const forget = reviews.forgetUntold.bind(reviews);
    let faults = 1;
    reviews.forgetUntold = async (...call) => {
      if (faults-- > 0) throw new DependencyUnavailableError("SUBSCRIPTION_STORE");
      return forget(...call);
    };
    expect(await review(world, [connection])).toMatchObject({ left: [connection.id] });
    expect(await review(world, [connection])).toMatchObject({ left: [] });
    expect(world.ender.of(connection.id)).toEqual(["ended delivered", "ended delivered"]);
  });

  it("of one connection changes nothing for another", async () => {
    const world = new EndingWorld();
    const all: Connection[] = [];
    for (let one = 0; one < 5; one += 1) all.push((await poorer(1, { world })).connection);
    const [, broken, deaf] = all;
    const { reviews } = world.deps;
    const decide = reviews.review.bind(reviews);
    reviews.review = async (id, ...rest) => {
      if (id === broken?.id) throw new Error("canary-7f3a");
      return decide(id, ...rest);
    };
    world.ender.script = (id) => {
      if (id === deaf?.id) throw new Error("canary-7f3a");
      return "delivered";
    };
    const report = await review(world, all);
    expect(report).toMatchObject({ ended: 4 });
    expect(new Set(report.left)).toEqual(new Set([broken?.id, deaf?.id]));
    expect(await world.heardBy("order-0")).toEqual([broken?.id]);
    expect(JSON.stringify(world.logger.entries)).not.toContain("canary");
  });

  it("attack:H2 ends nothing and allows nothing new while the policy fails about one of the entities", async () => {
    const { world, connection } = await poorer(2);
    const { policy } = world.deps;
    const decide = policy.decide.bind(policy);
    policy.decide = async (...question) =>
      (await decide(...question)).map((one, index) => (index === 0 ? undefined : one));
    expect(await review(world, [connection])).toMatchObject({ ended: 0, left: [connection.id] });
    expect(world.ender.requests).toEqual([]);
    expect(world.logger.entries).toMatchObject([{ level: "warn", dependency: "ACCESS_POLICY" }]);
    policy.decide = decide;
    expect(await review(world, [connection])).toMatchObject({ ended: 2, left: [] });
  });

  it("decides about at most ten connections at once", async () => {
    const world = new EndingWorld();
    const all: Connection[] = [];
    for (let one = 0; one < 30; one += 1) all.push((await poorer(1, { world })).connection);
    let [now, most] = [0, 0];
    const { reviews } = world.deps;
    const decide = reviews.review.bind(reviews);
    reviews.review = async (...call) => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return decide(...call);
    };
    expect(await review(world, all)).toMatchObject({ ended: 30 });
    expect(most).toBe(10);
  });
});
