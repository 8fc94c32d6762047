import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { itemBytes } from "../../../src/adapters/dynamodb/connection-item.ts";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoEndingConnections } from "../../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { type EntityId, parseEntityId } from "../../../src/domain/subscription/subscription.ts";
import type { TokenId } from "../../../src/domain/token/token-facts.ts";
import { type Command, FakeTable } from "../../model/table/fake-table.ts";
import { aConnection, NOW, tokenFacts } from "../../support/a-connection.ts";
import { aSubscription } from "../../support/a-subscription.ts";
import { ALLOW_ALL, subscribeOne, unsubscribeOne } from "../../support/one-subscription.ts";

const KILOBYTE = 1024;

/** The longest texts that the domain accepts for a connection. */
const TALKATIVE: Parameters<typeof aConnection>[0] = {
  identity: {
    userId: "u".repeat(128) as UserId,
    firstName: "F".repeat(256),
    lastName: "L".repeat(100),
    sub: "s".repeat(256),
  },
  sourceIp: "2001:0db8:85a3:0000:0000:8a2e:0370:7334",
  userAgent: "Mozilla/5.0 ".repeat(40),
  token: tokenFacts({ tokenId: "t".repeat(128) as TokenId }),
};

/** The stores over a table that counts capacity units as DynamoDB does: by the kilobyte, double in a transaction. */
function metered() {
  const table = new FakeTable();
  let units = { reads: 0, writes: 0 };
  const charge = (command: Command) => {
    const { TransactItems, RequestItems } = command.input as {
      readonly TransactItems?: readonly unknown[];
      readonly RequestItems?: Readonly<Record<string, readonly unknown[]>>;
    };
    if (/^(BatchGet|Get|Query)/.test(command.constructor.name)) units.reads += 1;
    else units.writes += TransactItems ? 2 * TransactItems.length : (RequestItems?.["table"]?.length ?? 1);
  };
  const send = async (command: Command) => {
    charge(command);
    return table.perform(command);
  };
  const budgets = { budgetMillis: 60_000, changeBudgetMillis: 60_000 };
  const dynamo = { documents: { send } as never, name: "table", index: "GSI1", ...budgets };
  return {
    table,
    connections: new DynamoConnectionStore(dynamo),
    subscriptions: new DynamoSubscriptionStore(dynamo),
    renewals: new DynamoConnectionRenewals(dynamo),
    endings: new DynamoEndingConnections(dynamo),
    async unitsOf(work: () => Promise<unknown>) {
      units = { reads: 0, writes: 0 };
      await work();
      return units;
    },
    largest: () => Math.max(...table.all().map(itemBytes)),
  };
}

function nameOf(number: number, bytes: number): EntityId {
  return parseEntityId(`${number}-`.padEnd(bytes, "x")) as EntityId;
}

async function opened(store: ReturnType<typeof metered>, overrides = {}): Promise<Connection> {
  const connection = aConnection(overrides);
  await store.connections.open(connection, []);
  return connection;
}

describe("the cost of a subscription", () => {
  it.each([42, 256])("is 6 write units at most, with up to 1,000 names of %i bytes, repeated or not", async (bytes) => {
    const store = metered();
    const connection = await opened(store);
    const first: number[] = [];
    let most = 0;
    for (let number = 0; number < 1000; number += 1) {
      const subscription = aSubscription(connection, nameOf(number, bytes));
      const { writes } = await store.unitsOf(() =>
        subscribeOne(store.subscriptions, subscription, NOW, { limit: 1000 }),
      );
      most = Math.max(most, writes);
      if (number < 10) first.push(writes);
      const repeated = await store.unitsOf(() => subscribeOne(store.subscriptions, subscription, NOW, { limit: 1000 }));
      expect(repeated.writes).toBe(1);
    }

    expect(most).toBe(6);
    expect(first.every((writes) => writes <= (bytes === 42 ? 4 : 6))).toBe(true);
    expect(store.largest()).toBeLessThanOrEqual(KILOBYTE);
  });

  it("is 6 write units at most for its end, and 1 for the end of a missing one", async () => {
    const store = metered();
    const connection = await opened(store);
    const subscriptions = Array.from({ length: 100 }, (_, number) => aSubscription(connection, nameOf(number, 100)));
    for (const subscription of subscriptions) await subscribeOne(store.subscriptions, subscription, NOW);

    for (const subscription of subscriptions) {
      const ended = await store.unitsOf(() => unsubscribeOne(store.subscriptions, subscription, NOW));
      const again = await store.unitsOf(() => unsubscribeOne(store.subscriptions, subscription, NOW));
      expect([ended.writes <= 6, again.writes]).toEqual([true, 1]);
    }
    // Only the record is left of them.
    expect(store.table.all()).toHaveLength(1);
  });

  it.each([
    ["36 bytes", 36, {}, 2.22],
    ["256 bytes", 256, {}, 2.72],
    ["256 bytes, with the longest texts of a connection", 256, TALKATIVE, 2.72],
  ])("is less for each of many in a frame, however many: %s", async (_, bytes, texts, most) => {
    for (let count = 100; count <= 250; count += 7) {
      const store = metered();
      const { id: connectionId, identity } = await opened(store, texts);
      const entityIds = Array.from({ length: count }, (_, number) => nameOf(number, bytes));
      const request = { connectionId, userId: identity.userId, entityIds };

      const subscribed = await store.unitsOf(() =>
        store.subscriptions.subscribe(request, NOW, { limit: 1000, decide: ALLOW_ALL }),
      );
      expect(store.largest()).toBeLessThanOrEqual(KILOBYTE);
      const unsubscribed = await store.unitsOf(() => store.subscriptions.unsubscribe(request, NOW));

      expect(subscribed.writes).toBeLessThanOrEqual(most * count);
      expect(unsubscribed.writes).toBeLessThanOrEqual(most * count);
      // Only the record is left of them.
      expect(store.table.all()).toHaveLength(1);
    }
  });

  it("does not grow with the connection's history, and no item grows beyond a kilobyte", async () => {
    const step = fc.record({ isSubscribe: fc.boolean(), name: fc.nat({ max: 199 }), bytes: fc.nat({ max: 3 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 100, maxLength: 300 }), fc.boolean(), async (steps, isTalkative) => {
        const store = metered();
        const connection = await opened(store, isTalkative ? TALKATIVE : {});
        const expected = new Set<EntityId>();
        for (const { isSubscribe, name, bytes } of steps) {
          const entityId = nameOf(name, [8, 60, 130, 256][bytes] ?? 8);
          const subscription = aSubscription(connection, entityId);
          const { writes } = await store.unitsOf(() =>
            isSubscribe
              ? subscribeOne(store.subscriptions, subscription, NOW, { limit: 1000 })
              : unsubscribeOne(store.subscriptions, subscription, NOW),
          );
          expect(writes).toBeLessThanOrEqual(6);
          if (isSubscribe) expected.add(entityId);
          else expected.delete(entityId);
          expect(store.largest()).toBeLessThanOrEqual(KILOBYTE);
        }
        const items = store.table.partition(connection.id);
        const named = items.flatMap(({ names }) => (names instanceof Set ? [...names] : []));
        expect(named.toSorted()).toEqual([...expected].toSorted());
        // A new part is begun only when all others are more than half full.
        expect(items.length - 1).toBeLessThanOrEqual(expected.size);
        await store.connections.close(connection.id, NOW);
        await store.subscriptions.unsubscribeAll(connection.id);
        expect(store.table.all()).toHaveLength(1);
      }),
      { numRuns: 15 },
    );
  });

  it("stays within a kilobyte per item with the longest texts of a connection, and 1,000 names", async () => {
    const store = metered();
    const connection = await opened(store, TALKATIVE);
    for (let number = 0; number < 1000; number += 1) {
      const subscription = aSubscription(connection, nameOf(number, 256));
      const { writes } = await store.unitsOf(() =>
        subscribeOne(store.subscriptions, subscription, NOW, { limit: 1000 }),
      );
      expect(writes).toBeLessThanOrEqual(6);
    }

    expect(store.largest()).toBeLessThanOrEqual(KILOBYTE);
  });

  it("leaves room in the record for the longest facts of a renewal", async () => {
    const store = metered();
    const { tokenId: _, issuedAt: _at, ...least } = tokenFacts();
    const connection = await opened(store, {
      ...TALKATIVE,
      token: { ...least, expiresAt: NOW + 60 },
      expiresAt: NOW + 60,
    });
    for (let number = 0; number < 1000; number += 1) {
      await subscribeOne(store.subscriptions, aSubscription(connection, nameOf(number, 256)), NOW, { limit: 1000 });
    }
    const token = tokenFacts({ tokenId: "t".repeat(128) as TokenId });
    const { id, identity, connectedAt } = connection;
    const renewal = { connectionId: id, userId: identity.userId, connectedAt, token, grants: [] };

    expect(await store.renewals.renew(renewal, NOW, async () => {})).toMatchObject({ kind: "renewed" });

    expect(store.largest()).toBeLessThanOrEqual(KILOBYTE);
    await store.endings.end({ ...connection, token }, "TOKEN_REVOKED", NOW);
    expect(store.largest()).toBeLessThanOrEqual(KILOBYTE);
  });
});
