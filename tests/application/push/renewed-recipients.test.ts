import { describe, expect, it } from "vitest";
import type { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { SubscriptionReviews } from "../../../src/application/ports/subscription-reviews.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { AccessDecision } from "../../../src/domain/grants/access-decision.ts";
import type { Delivery } from "../../../src/domain/notification/delivery.ts";
import type { Recipient } from "../../../src/domain/notification/notification.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import { tokenFacts } from "../../support/a-connection.ts";
import { FanOutWorld } from "../../support/fan-out-world.ts";
import { entityUpdate, freshDelivery, NOON, recipient, recipients, userPush } from "../../support/notifications.ts";
import { subscribeOne } from "../../support/one-subscription.ts";
import { PushWorld } from "../../support/push-world.ts";

const NOW = toEpochSeconds(NOON);
const PAST = NOW;
const LATER = addSeconds(NOW, 3600);

/** Recipients whose copy of the end has passed. */
function ended(count: number): readonly Recipient[] {
  return Array.from({ length: count }, (_, index) => recipient(`ended${index}`, { expiresAt: PAST }));
}

const renewedUntil = (expiresAt: EpochSeconds) => async (one: Recipient) => ({ ...one, expiresAt });

describe("a recipient whose end has passed before its post", () => {
  it("fault:J12 fault:M7 gets the push if its record has a later end, after one look at it", async () => {
    const world = new FanOutWorld([...ended(1), ...recipients(3)]);
    world.findAgain = renewedUntil(LATER);

    const report = await world.run();

    expect(report).toMatchObject({ delivered: 4, expired: 0, deferred: 0, lookedUp: 1 });
    expect(world.lookedUp).toEqual(["ended0"]);
  });

  it("fault:J12 is dropped if its record has ended too, after one look at it", async () => {
    const world = new FanOutWorld([...ended(1), ...recipients(3)]);

    const report = await world.run();

    expect(report).toMatchObject({ delivered: 3, expired: 1, deferred: 0, lookedUp: 1, unreached: ["ann expired"] });
    expect(world.channel.postsTo(ended(1)[0]?.connectionId ?? ("" as never))).toEqual([]);
  });

  it("fault:L1 is tried again later if its record cannot be read, and never counts as expired", async () => {
    const world = new FanOutWorld([...ended(1), ...recipients(3)]);
    world.findAgain = async () => {
      throw new DependencyUnavailableError("CONNECTION_STORE");
    };

    const report = await world.run();

    expect(report).toMatchObject({ delivered: 3, expired: 0, deferred: 1, lookedUp: 1 });
    expect(world.queue.deferred).toMatchObject([{ delaySeconds: 5, delivery: { attempt: 1 } }]);
    expect(world.logger.entries).toMatchObject([
      { level: "warn", message: "ended recipient not looked up", dependency: "CONNECTION_STORE" },
    ]);

    world.findAgain = renewedUntil(LATER);
    await world.drain();
    expect(world.channel.delivered()).toContain("ended0");
  });

  it("is looked up once in an invocation, though its new end passes before its post too", async () => {
    const world = new FanOutWorld(ended(1));
    world.findAgain = async (one) => {
      const expiresAt = addSeconds(toEpochSeconds(world.clock.now()), 1);
      world.clock.advance(2);
      return { ...one, expiresAt };
    };

    const report = await world.run();

    expect(world.lookedUp).toEqual(["ended0"]);
    expect(report).toMatchObject({ delivered: 0, expired: 0, deferred: 1 });
    expect(world.channel.posts).toEqual([]);
  });

  it("may end between two posts of one push", async () => {
    const world = new FanOutWorld([recipient("c0", { expiresAt: addSeconds(NOW, 5) })]);
    world.channel.script = (_id, nth) => {
      world.clock.advance(6);
      return nth === 1 ? "failed" : "delivered";
    };
    world.findAgain = renewedUntil(LATER);

    expect(await world.run()).toMatchObject({ delivered: 1, lookedUp: 1 });
  });

  it("is not looked up when the time of the invocation is over", async () => {
    const world = new FanOutWorld([...recipients(1), ...ended(1)], { concurrency: 1 });
    world.channel.script = () => {
      world.clock.advance(20);
      return "delivered";
    };

    const report = await world.run();

    expect(report).toMatchObject({ delivered: 1, expired: 0, deferred: 1, lookedUp: 0 });
  });

  it("is looked up beside at most as many as posts may be under way, in all audiences together", async () => {
    const world = new FanOutWorld(ended(40), { concurrency: 4, pageSize: 40 });
    let now = 0;
    let most = 0;
    world.findAgain = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now -= 1;
      return undefined;
    };

    await Promise.all([world.run(), world.run(), world.run()]);

    expect(world.lookedUp).toHaveLength(120);
    expect(most).toBe(4);
  });

  it("costs the others no look: nobody whose end is ahead is looked up", async () => {
    const world = new FanOutWorld(recipients(50));

    expect(await world.run()).toMatchObject({ delivered: 50, lookedUp: 0 });
    expect(world.lookedUp).toEqual([]);
  });
});

const UPDATE = entityUpdate();
const AUDIENCES: readonly [string, Delivery][] = [
  ["an entity's subscriber", freshDelivery(UPDATE)],
  ["a user's connection", freshDelivery(userPush({ userId: "ann" }))],
];

describe.each(AUDIENCES)("%s", (_audience, delivery) => {
  /** Four posts take all permits until the end of c1 has passed; it is read before that, and posted to after it. */
  async function slowWorld(meanwhile: (world: PushWorld) => Promise<unknown>) {
    const world = new PushWorld();
    for (const name of ["slow1", "slow2", "slow3", "slow4"]) {
      await world.subscribe(UPDATE.entityId, await world.connect(name));
    }
    const end = addSeconds(toEpochSeconds(world.clock.now()), 5);
    const connection = await world.connect("c1", "ann", end);
    await world.subscribe(UPDATE.entityId, connection);
    let hasPassed = false;
    world.channel.script = async () => {
      if (hasPassed) return "delivered" as const;
      hasPassed = true;
      await meanwhile(world);
      world.clock.advance(10);
      return "delivered" as const;
    };
    return { world, connection };
  }

  it("fault:M7 whose token is renewed while the push is under way gets it", async () => {
    const { world, connection } = await slowWorld(async ({ connections, clock }) => {
      const { id, identity, connectedAt } = connection;
      const token = tokenFacts({ expiresAt: addSeconds(toEpochSeconds(clock.now()), 600) });
      const renewal = { connectionId: id, userId: identity.userId, connectedAt, token, grants: [] };
      const outcome = await connections.renew(renewal, toEpochSeconds(clock.now()), async () => undefined);
      expect(outcome).toMatchObject({ kind: "renewed" });
    });

    expect(await world.run(delivery)).toMatchObject({ delivered: 5, expired: 0, lookedUp: 1 });
  });

  it("fault:M6 whose token ends while the push is under way does not get it", async () => {
    const { world, connection } = await slowWorld(async () => undefined);

    expect(await world.run(delivery)).toMatchObject({ delivered: 4, expired: 1, lookedUp: 1 });
    expect(world.channel.postsTo(connection.id)).toEqual([]);
  });

  it("fault:M8 that is ended while the push is under way gets nothing after its end", async () => {
    const { world, connection } = await slowWorld(async ({ connections, clock }) => {
      await connections.end(connection, "TOKEN_REVOKED", toEpochSeconds(clock.now()));
    });

    expect(await world.run(delivery)).toMatchObject({ delivered: 4, expired: 1, lookedUp: 1 });
    expect(world.channel.postsTo(connection.id)).toEqual([]);
  });
});

describe("a subscriber whose grant ends while the push is under way", () => {
  const until = addSeconds(NOW, 5);
  const decidesUntil = (end: EpochSeconds | undefined) => async (_grants: unknown, entityIds: readonly unknown[]) =>
    entityIds.map((): AccessDecision => ({ kind: "allowed", rule: "TEST", until: end }));

  /** Four posts take all permits until the grant of c1 has ended. */
  async function slowWorld(meanwhile: (reviews: SubscriptionReviews, connection: Connection) => Promise<unknown>) {
    const world = new PushWorld();
    for (const name of ["slow1", "slow2", "slow3", "slow4"]) {
      await world.subscribe(UPDATE.entityId, await world.connect(name));
    }
    const connection = await world.connect("c1");
    const { id: connectionId, identity } = connection;
    const follows = { entityId: UPDATE.entityId, connectionId, userId: identity.userId };
    await subscribeOne(world.subscriptions, follows, NOW, { decide: decidesUntil(until) });
    let hasPassed = false;
    world.channel.script = async () => {
      if (hasPassed) return "delivered" as const;
      hasPassed = true;
      await meanwhile(world.subscriptions as MemorySubscriptionStore, connection);
      world.clock.advance(10);
      return "delivered" as const;
    };
    return { world, connection };
  }

  it("does not get it after the end", async () => {
    const { world, connection } = await slowWorld(async () => undefined);

    expect(await world.run(freshDelivery(UPDATE))).toMatchObject({ delivered: 4, expired: 1, lookedUp: 1 });
    expect(world.channel.postsTo(connection.id)).toEqual([]);
  });

  it.each([
    ["to a later end", addSeconds(NOW, 60)],
    ["for ever", undefined],
  ])("gets it if the grant was extended meanwhile: %s", async (_how, end) => {
    const { world } = await slowWorld((reviews, { id }) =>
      reviews.review(id, NOW, { decide: async (_requester, ids) => decidesUntil(end)([], ids), decision: "d-1" }),
    );

    expect(await world.run(freshDelivery(UPDATE))).toMatchObject({ delivered: 5, expired: 0, lookedUp: 1 });
  });

  it("attack:H4 does not get it if the grant was withdrawn meanwhile", async () => {
    const { world, connection } = await slowWorld((reviews, { id }) =>
      reviews.review(id, NOW, {
        decide: async (_requester, ids) => ids.map(() => ({ kind: "denied", rule: "TEST" })),
        decision: "d-1",
      }),
    );

    expect(await world.run(freshDelivery(UPDATE))).toMatchObject({ delivered: 4, expired: 1, lookedUp: 1 });
    expect(world.channel.postsTo(connection.id)).toEqual([]);
  });
});
