import { setImmediate as nextTick } from "node:timers/promises";
import fc, { type Scheduler } from "fast-check";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { EntityId } from "../../../src/domain/subscription/entity-id.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId, aSubscription } from "../../support/a-subscription.ts";
import { createTable } from "../../support/create-table.ts";

const LIMIT = 2;

const operation = fc.record({
  kind: fc.constantFrom<"follow" | "unfollow" | "close">("follow", "follow", "unfollow", "close"),
  entity: fc.nat({ max: 2 }),
});

/** Requests are answered one at a time. The scheduler gets to see that one was, and not how: it would print it whole. */
function inTurn<T>(request: () => Promise<T>, scheduler: Scheduler | undefined): Promise<T> {
  if (scheduler === undefined) return request();
  return new Promise((resolve) => {
    const turn = scheduler.scheduleFunction(async () => {
      const answer = request();
      resolve(answer);
      await Promise.allSettled([answer]);
    });
    void turn();
  });
}

/** An answer is acted on, up to the next request, before the next turn is given. */
async function oneAtATime(takeTurn: () => Promise<unknown>): Promise<void> {
  await takeTurn();
  await nextTick();
}

/** Every request to DynamoDB waits for its turn, and turns are given in every order: what real concurrency may do. */
describe.skipIf(!inject("containerEngine"))("subscriptions and a connection's end, interleaved", () => {
  let scheduler: Scheduler | undefined;
  let connections: DynamoConnectionStore;
  let subscriptions: DynamoSubscriptionStore;
  beforeAll(async () => {
    const table = await createTable();
    table.documents.middlewareStack.add((next) => (args) => inTurn(() => next(args), scheduler), {
      step: "initialize",
      name: "turns",
    });
    connections = new DynamoConnectionStore(table);
    subscriptions = new DynamoSubscriptionStore(table);
  });

  async function followers(entityIds: readonly EntityId[]): Promise<readonly unknown[]> {
    const pages = await Promise.all(entityIds.map((entityId) => subscriptions.followersOf(entityId, NOW)));
    return pages.flatMap(({ items }) => items);
  }

  it("M3 I1 I15 leave no subscription of a closed connection, and none over the limit", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler({ act: oneAtATime }),
        fc.array(operation, { maxLength: 6 }),
        async (turns, operations) => {
          const connection = aConnection();
          const entityIds = [anEntityId(), anEntityId(), anEntityId()];
          await connections.open(connection);
          const close = async () => {
            await connections.close(connection.id, NOW);
            await subscriptions.unfollowAll(connection.id);
          };
          const perform = ({ kind, entity }: (typeof operations)[number]): Promise<unknown> => {
            const entityId = entityIds[entity] as EntityId;
            if (kind === "close") return close();
            if (kind === "unfollow") return subscriptions.unfollow(aSubscription(connection, entityId), NOW);
            return subscriptions.follow(aSubscription(connection, entityId), NOW, LIMIT);
          };

          scheduler = turns;
          await turns.waitFor(Promise.all(operations.map(perform)));
          scheduler = undefined;

          const closed = operations.some(({ kind }) => kind === "close");
          expect((await followers(entityIds)).length).toBeLessThanOrEqual(closed ? 0 : LIMIT);
          // Whatever has a row is listed on the record, or the end of the connection would not find it.
          await close();
          expect(await followers(entityIds)).toEqual([]);
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});
