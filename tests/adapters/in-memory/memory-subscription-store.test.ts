import { describe, expect, it } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { describeSubscriptionReviews } from "../../contracts/subscription-reviews.contract.ts";
import { describeSubscriptionStore } from "../../contracts/subscription-store.contract.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";
import { memoryLifeStores } from "../../support/memory-life-stores.ts";
import { subscribeOne } from "../../support/one-subscription.ts";

describe("MemorySubscriptionStore", () => {
  describeSubscriptionStore({ makeStores: memoryLifeStores, whenDown: "in-process" });

  it("shows a subscriber once whose grant gets another end between two pages", async () => {
    const connections = new MemoryConnectionStore();
    const subscriptions = new MemorySubscriptionStore(connections, 2);
    const entityId = anEntityId();
    const endingAt = (until: EpochSeconds) => async () => [{ kind: "allowed", rule: "TEST", until }] as const;
    const members = [aConnection(), aConnection(), aConnection()];
    for (const { id, identity, ...rest } of members) {
      await connections.open({ id, identity, ...rest }, []);
      const reference = { connectionId: id, userId: identity.userId, entityId };
      await subscribeOne(subscriptions, reference, NOW, { decide: endingAt(addSeconds(NOW, 600)) });
    }
    const [first] = members;
    const page = await subscriptions.subscribersOf(entityId, NOW);

    const rules = { decide: endingAt(addSeconds(NOW, 1200)), decision: "d-1" };
    await subscriptions.review(first?.id as ConnectionId, NOW, rules);

    const rest = await subscriptions.subscribersOf(entityId, NOW, page.next);
    expect([...page.items, ...rest.items].map(({ connectionId }) => connectionId)).toEqual(members.map(({ id }) => id));
  });
});

describe("MemorySubscriptionStore, as SubscriptionReviews", () => {
  describeSubscriptionReviews({ makeStores: memoryLifeStores, whenDown: "in-process" });
});
