import { beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { EntityId } from "../../src/domain/subscription/entity-id.ts";
import { addSeconds } from "../../src/domain/time.ts";
import { aUserId, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { inBatches } from "../support/in-batches.ts";
import { readAll } from "../support/read-all.ts";
import { StoreScenario, type Stores } from "../support/store-scenario.ts";

/** What the port says of a fan-out's reads. Ids are of each test's own, so that stores may share a table. */
export function describeFollowers(makeStores: () => Stores): void {
  let stores: StoreScenario;
  beforeEach(() => {
    stores = new StoreScenario(makeStores());
  });

  describe("followersOf", () => {
    it.each([
      ["shown in its last second", 7199, 1],
      ["L7 I19 hidden from the moment it expires", 7200, 0],
      ["L7 hidden long after", 200_000, 0],
    ])("a subscription is %s", async (_row, seconds, count) => {
      const { entityIds } = await stores.followedUpTo(1);
      const [entityId = anEntityId()] = entityIds;

      expect(await stores.followersOf(entityId, addSeconds(NOW, seconds))).toHaveLength(count);
    });

    it("J11 shows each follower once over all its pages, of which each is bounded", async () => {
      const entityId = anEntityId();
      const followers = await stores.followedBy(270, entityId);

      const first = await stores.subscriptions.followersOf(entityId, NOW);
      const all = await stores.followersOf(entityId);

      expect(first.items.length).toBeLessThanOrEqual(250);
      expect(all.map(({ connectionId }) => connectionId).sort()).toEqual(followers.map(({ id }) => id).sort());
    });

    it("loses nobody when the follower on which a page ended has gone", async () => {
      const entityId = anEntityId();
      const followers = await stores.followedBy(260, entityId);

      const first = await stores.subscriptions.followersOf(entityId, NOW);
      await inBatches(first.items, (follower) => stores.subscriptions.unfollow(follower, NOW));
      const rest = await readAll((from) => stores.subscriptions.followersOf(entityId, NOW, from ?? first.next));

      expect(first.items.length + rest.length).toBe(followers.length);
    });

    it.each([
      ["E5 a user's id", (follower: Connection) => follower.identity.userId],
      ["E5 a connection's id", (follower: Connection) => follower.id],
      ["E4 the name of a record type", () => "connection"],
      ["E4 a key of another kind", (follower: Connection) => `CONNECTION#${follower.id}`],
      ["E4 a key of its own kind", () => "ENTITY#order-17"],
      ["E13 a property of every object", () => "__proto__"],
      ["H5 a wildcard", () => "*"],
      ["E3 delimiters", () => "order#17|a:b/c\\d"],
      ["E8 text outside ASCII", () => "caf\u00e9 \u{1f600}"],
      ["E9 256 bytes", () => "x".repeat(256)],
    ])("takes %s to be an entity like any other", async (_row, spell) => {
      const follower = await stores.opened();
      const entityId = spell(follower) as EntityId;
      const other = await stores.opened();
      await stores.follow(follower, entityId);
      await stores.follow(other, `${entityId.slice(0, 250)} ` as EntityId);

      expect(await stores.followersOf(entityId)).toEqual([aSubscription(follower, entityId)]);
      await stores.closed(follower);
      expect(await stores.followersOf(entityId)).toEqual([]);
    });

    it("E8 tells two Unicode forms of one word apart", async () => {
      const follower = await stores.opened();
      const entityId = `caf\u00e9 ${anEntityId()}`.normalize("NFC") as EntityId;
      await stores.follow(follower, entityId);

      expect(await stores.followersOf(entityId.normalize("NFD") as EntityId)).toEqual([]);
    });

    it.each(["", "x", "e30", "after:", "%", "W10", '["a"]', "x".repeat(10_000)])(
      "refuses %j, which is nobody's next page",
      async (cursor) => {
        await expect(stores.subscriptions.followersOf(anEntityId(), NOW, cursor)).rejects.toMatchObject({
          code: "MALFORMED_CURSOR",
        });
      },
    );

    it("shows nobody else's followers, whatever page it is asked for", async () => {
      const popular = anEntityId();
      await stores.followedBy(251, popular);
      const { next } = await stores.subscriptions.followersOf(popular, NOW);

      const stranger = await stores.subscriptions.followersOf(anEntityId(), NOW, next);

      expect(next).toBeDefined();
      expect(stranger.items).toEqual([]);
    });
  });

  it("a user and an entity of one name share nothing (E5)", async () => {
    const connection = await stores.opened();
    const namesake = connection.identity.userId as string as EntityId;
    await stores.follow(connection, namesake);

    const live = await readAll((from) => stores.connections.liveConnectionsOf(connection.identity.userId, NOW, from));

    expect(live).toEqual([connection]);
    expect(await stores.connections.liveConnectionsOf(aUserId(), NOW)).toEqual({ items: [] });
    expect(await stores.followersOf(connection.id as string as EntityId)).toEqual([]);
  });
}
