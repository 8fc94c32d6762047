import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import { RandomIds } from "../../../src/adapters/system/system.ts";
import { makeCloseConnection } from "../../../src/application/connections/open-and-close.ts";
import { makeSubscribe, type SubscribeOutcome } from "../../../src/application/subscriptions/subscribe.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";
import { createTable } from "../../support/create-table.ts";
import { ALLOW_ALL } from "../../support/one-subscription.ts";

const ROUNDS = 100;
/** Concurrent rounds, so that the engine has more requests to order than those of one round. */
const AT_ONCE = 10;
const LIMIT = 2;

/** No scheduler: sockets, and an engine with its own threads, decide the order. */
describe.skipIf(!inject("containerEngine"))("use cases over DynamoDB, at the same time", () => {
  const clock = new FixedClock(NOW * 1000);
  let connections: DynamoConnectionStore;
  let subscriptions: DynamoSubscriptionStore;
  beforeAll(async () => {
    const table = await createTable();
    connections = new DynamoConnectionStore(table);
    subscriptions = new DynamoSubscriptionStore(table);
  });

  function subscribe({ id, identity }: Connection, entityId: EntityId) {
    const request = { entityIds: [entityId], connectionId: id, userId: identity.userId };
    const policy = { decide: (_requester: unknown, entityIds: readonly EntityId[]) => ALLOW_ALL([], entityIds) };
    return makeSubscribe({ policy, subscriptions, clock, ids: new RandomIds(), limit: LIMIT })(request);
  }

  const close = (connection: Connection) => makeCloseConnection({ connections, subscriptions, clock })(connection.id);

  async function countSubscriptions(entityIds: readonly EntityId[]): Promise<number> {
    const pages = await Promise.all(entityIds.map((entityId) => subscriptions.subscribersOf(entityId, NOW)));
    return pages.flatMap(({ items }) => items).length;
  }

  /** The state after each of `rounds` that differ in how long the second half waits. */
  async function race<T>(round: (waitMillis: number) => Promise<T>): Promise<readonly T[]> {
    const results: T[] = [];
    for (let start = 0; start < ROUNDS; start += AT_ONCE) {
      const rounds = Array.from({ length: AT_ONCE }, (_, index) => round((start + index) % 8));
      results.push(...(await Promise.all(rounds)));
    }
    return results;
  }

  it("fault:M3 inv:1 a subscribe concurrent with a disconnect is refused or removed", async () => {
    const left = await race(async (waitMillis) => {
      const connection = aConnection();
      const entityIds = [anEntityId(), anEntityId(), anEntityId()];
      await connections.open(connection, []);
      const ending = after(waitMillis, () => close(connection));
      await Promise.all([...entityIds.map((entityId) => subscribe(connection, entityId)), ending]);
      return countSubscriptions(entityIds);
    });
    expect(left.filter((rows) => rows > 0)).toEqual([]);
  }, 60_000);

  it("inv:12 a concurrent connect and disconnect have one winner, and the connection is closed", async () => {
    const answers = await race(async (waitMillis) => {
      const connection = aConnection();
      await Promise.all([connections.open(connection, []), after(waitMillis, () => close(connection))]);
      const { items } = await connections.liveConnectionsOf(connection.identity.userId, NOW);
      return { live: items.length, again: await connections.open(connection, []) };
    });
    expect(answers.filter(({ live, again }) => live > 0 || again !== "closed")).toEqual([]);
  }, 60_000);

  it("inv:15 subscriptions are acknowledged up to the limit, and exactly these exist", async () => {
    const counts = await race(async () => {
      const connection = aConnection();
      const entityIds = Array.from({ length: 2 * LIMIT }, anEntityId);
      await connections.open(connection, []);
      const outcomes = await Promise.all(entityIds.map((entityId) => subscribe(connection, entityId)));
      const acknowledged = entityIds.filter((_, index) => isSubscribed(outcomes[index]));
      return [acknowledged.length, await countSubscriptions(acknowledged), await countSubscriptions(entityIds)];
    });
    expect(counts).toEqual(counts.map(() => [LIMIT, LIMIT, LIMIT]));
  }, 60_000);
});

function isSubscribed(outcome: SubscribeOutcome | undefined): boolean {
  return outcome?.kind === "answered" && outcome.results[0] === "subscribed";
}

async function after<T>(millis: number, work: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, millis));
  return work();
}
