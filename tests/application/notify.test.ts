import { describe, expect, it } from "vitest";
import { newTally } from "../../src/application/delivery-report.ts";
import type { FanOut, FanOutOrder } from "../../src/application/fan-out.ts";
import { makeNotifyEntity } from "../../src/application/notify-entity.ts";
import { makeNotifyUser } from "../../src/application/notify-user.ts";
import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { connectionId, entityUpdate, freshDelivery, NOON, recipient, userPush } from "../support/notifications.ts";

const DEADLINE = (NOON + 20_000) as EpochMillis;
const C1 = connectionId("c1");

/** Keeps the order, and what its two functions come to. */
function capturing() {
  const orders: FanOutOrder[] = [];
  const fanOut: FanOut = async (order) => {
    orders.push(order);
    return { outcome: "completed", ...newTally() };
  };
  return { orders, fanOut };
}

describe("notifying an entity's followers", () => {
  const calls: unknown[][] = [];
  const { orders, fanOut } = capturing();
  const follower = { ...recipient("c1"), entityId: entityUpdate().entityId, userId: userPush().userId };
  const subscriptions: Pick<SubscriptionStore, "followersOf" | "unfollow"> = {
    followersOf: async (...args) => {
      calls.push(["followersOf", ...args]);
      return { items: [follower], next: "more" };
    },
    unfollow: async (...args) => void calls.push(["unfollow", ...args]),
  };
  const notify = makeNotifyEntity({
    fanOut,
    subscriptions,
    closeConnection: async (id) => void calls.push(["close", id]),
    clock: new FixedClock(NOON),
  });

  it("asks for those who follow it now, page by page, and forgets the gone with this very subscription", async () => {
    const delivery = freshDelivery(entityUpdate());
    await notify(delivery, DEADLINE);
    const page = await orders[0]?.read("from");
    await orders[0]?.forget(C1);
    expect(orders[0]).toMatchObject({ delivery, deadline: DEADLINE });
    expect(page).toEqual({ items: [follower], next: "more" });
    expect(calls).toEqual([
      ["followersOf", "order-17", NOON / 1000, "from"],
      ["unfollow", "order-17", "c1"],
      ["close", "c1"],
    ]);
  });
});

describe("notifying a user", () => {
  const calls: unknown[][] = [];
  const { orders, fanOut } = capturing();
  const { connectionId: id, ...lifetime } = recipient("c1");
  const connections: Pick<ConnectionStore, "liveConnectionsOf"> = {
    liveConnectionsOf: async (...args) => {
      calls.push(["liveConnectionsOf", ...args]);
      return { items: [{ id, identity: { userId: userPush().userId }, sourceIp: "192.0.2.1", ...lifetime }] };
    },
  };
  const notify = makeNotifyUser({
    fanOut,
    connections,
    closeConnection: async (closed) => void calls.push(["close", closed]),
    clock: new FixedClock(NOON),
  });

  it("I6 asks for this user's live connections and forgets the gone", async () => {
    const delivery = freshDelivery(userPush());
    await notify(delivery, DEADLINE);
    const page = await orders[0]?.read();
    await orders[0]?.forget(C1);
    expect(orders[0]).toMatchObject({ delivery, deadline: DEADLINE });
    expect(page).toEqual({ items: [recipient("c1")] });
    expect(calls).toEqual([
      ["liveConnectionsOf", "ann", NOON / 1000, undefined],
      ["close", "c1"],
    ]);
  });
});
