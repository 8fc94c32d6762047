import fc, { type Scheduler } from "fast-check";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { EntityId } from "../../../src/domain/subscription/entity-id.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { anEntityId, aSubscription } from "../../support/a-subscription.ts";
import { createTable } from "../../support/dynamodb-table.ts";

const LIMIT = 2;

const operation = fc.record({
  kind: fc.constantFrom<"follow" | "unfollow" | "close">("follow", "follow", "unfollow", "close"),
  entity: fc.nat({ max: 2 }),
});

/** Every request to DynamoDB waits for its turn, and turns are given in every order: what real concurrency may do. */
describe.skipIf(!inject("containerEngine"))("subscriptions and a connection's end, interleaved", () => {
  let scheduler: Scheduler | undefined;
  let connections: DynamoConnectionStore;
  let subscriptions: DynamoSubscriptionStore;
  beforeAll(async () => {
    const table = await createTable();
    table.documents.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          await scheduler?.schedule(Promise.resolve(), commandName ?? "request");
          return next(args);
        },
      { step: "initialize", name: "turns" },
    );
    connections = new DynamoConnectionStore(table);
    subscriptions = new DynamoSubscriptionStore(table);
  });

  async function followers(entityIds: readonly EntityId[]): Promise<readonly unknown[]> {
    const pages = await Promise.all(entityIds.map((entityId) => subscriptions.followersOf(entityId, NOW)));
    return pages.flatMap(({ items }) => items);
  }

  it("M3 I1 I15 leave no subscription of a closed connection, and none over the limit", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(operation, { maxLength: 6 }), async (turns, operations) => {
        const connection = aConnection();
        const entityIds = [anEntityId(), anEntityId(), anEntityId()];
        await connections.open(connection);
        const close = async () => subscriptions.unfollowAll(await connections.close(connection.id, NOW), connection.id);
        const perform = ({ kind, entity }: (typeof operations)[number]): Promise<unknown> => {
          const entityId = entityIds[entity] as EntityId;
          if (kind === "close") return close();
          if (kind === "unfollow") return subscriptions.unfollow(entityId, connection.id);
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
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
