import { beforeEach, describe, expect, it } from "vitest";
import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { ConnectionId } from "../../src/domain/connection/connection-id.ts";
import type { EntityId } from "../../src/domain/subscription/entity-id.ts";
import { addSeconds } from "../../src/domain/time.ts";
import { aConnection, aUserId, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { inBatches } from "../support/in-batches.ts";
import { readAll } from "../support/read-all.ts";

export type Stores = { readonly connections: ConnectionStore; readonly subscriptions: SubscriptionStore };

const LIMIT = 5;

/** Every sentence of the port's comment. Ids are of each test's own, so that stores may share a table. */
export function describeSubscriptionStore(makeStores: () => Stores): void {
  let connections: ConnectionStore;
  let subscriptions: SubscriptionStore;
  beforeEach(() => {
    ({ connections, subscriptions } = makeStores());
  });

  async function opened(overrides?: Parameters<typeof aConnection>[0]): Promise<Connection> {
    const connection = aConnection(overrides);
    await connections.open(connection);
    return connection;
  }

  const follow = (connection: Connection, entityId: EntityId, now = NOW) =>
    subscriptions.follow(aSubscription(connection, entityId), now, LIMIT);
  const followersOf = (entityId: EntityId, now = NOW) =>
    readAll((from) => subscriptions.followersOf(entityId, now, from));

  async function followedUpTo(count: number): Promise<{ connection: Connection; entityIds: readonly EntityId[] }> {
    const connection = await opened();
    const entityIds = Array.from({ length: count }, anEntityId);
    for (const entityId of entityIds) await subscriptions.follow(aSubscription(connection, entityId), NOW, count);
    return { connection, entityIds };
  }

  function followedBy(count: number, entityId: EntityId): Promise<readonly Connection[]> {
    return inBatches(Array.from({ length: count }), async () => {
      const connection = await opened();
      await follow(connection, entityId);
      return connection;
    });
  }

  describe("follow", () => {
    it("R8 shows the fan-out, at once, all that it asks for", async () => {
      const connection = await opened();
      const subscription = aSubscription(connection);

      expect(await subscriptions.follow(subscription, NOW, LIMIT)).toBe("following");

      expect(await followersOf(subscription.entityId)).toEqual([subscription]);
    });

    it("H6 is one subscription however often it is repeated", async () => {
      const connection = await opened();
      const entityId = anEntityId();
      await follow(connection, entityId);

      expect(await follow(connection, entityId)).toBe("following");

      expect(await followersOf(entityId)).toHaveLength(1);
    });

    it("is of one connection and not of its user's others", async () => {
      const userId = aUserId();
      const follower = await opened({ userId });
      await opened({ userId });
      const entityId = anEntityId();

      await follow(follower, entityId);

      expect((await followersOf(entityId)).map(({ connectionId }) => connectionId)).toEqual([follower.id]);
    });

    it.each<[string, () => Promise<Connection>, number]>([
      ["H7 that was never opened", async () => aConnection(), 0],
      ["H7 whose record has expired", () => opened(), 7200],
      ["H7 that another user has", async () => ({ ...aConnection(), id: (await opened()).id }), 0],
      [
        "M3 that was closed",
        async () => {
          const connection = await opened();
          await connections.close(connection.id, NOW);
          return connection;
        },
        0,
      ],
      [
        "M1 that was closed before it was opened",
        async () => {
          const connection = aConnection();
          await connections.close(connection.id, NOW);
          await connections.open(connection);
          return connection;
        },
        0,
      ],
    ])("refuses a connection %s, and leaves nothing behind", async (_row, makeConnection, seconds) => {
      const connection = await makeConnection();
      const entityId = anEntityId();

      expect(await follow(connection, entityId, addSeconds(NOW, seconds))).toBe("not-connected");

      expect(await followersOf(entityId)).toEqual([]);
      expect(await connections.close(connection.id, NOW)).toEqual([]);
    });

    it("makes no connection of one that was never opened", async () => {
      const connection = aConnection();
      await follow(connection, anEntityId());

      expect(await connections.open(connection)).toBe("stored");
    });

    it("H6 refuses one more than the limit, and leaves nothing behind", async () => {
      const { connection } = await followedUpTo(LIMIT);
      const entityId = anEntityId();

      expect(await follow(connection, entityId)).toBe("limit-reached");

      expect(await followersOf(entityId)).toEqual([]);
    });

    it("H6 takes what it follows already, whatever the limit", async () => {
      const { connection, entityIds } = await followedUpTo(LIMIT);
      const [entityId = anEntityId()] = entityIds;

      expect(await follow(connection, entityId)).toBe("following");

      expect(await followersOf(entityId)).toHaveLength(1);
    });

    it("H6 has room again when something was unfollowed", async () => {
      const { connection, entityIds } = await followedUpTo(LIMIT);
      const [entityId = anEntityId()] = entityIds;

      await subscriptions.unfollow(entityId, connection.id);

      expect(await follow(connection, anEntityId())).toBe("following");
    });

    it("I15 keeps to the limit however many come at once", async () => {
      const connection = await opened();
      const entityIds = Array.from({ length: 4 * LIMIT }, anEntityId);

      const answers = await Promise.all(entityIds.map((entityId) => follow(connection, entityId)));

      const followed = entityIds.filter((_, n) => answers[n] === "following");
      const shown = (await Promise.all(entityIds.map((entityId) => followersOf(entityId)))).flat();
      expect(followed).toHaveLength(LIMIT);
      expect(shown.map(({ entityId }) => entityId).sort()).toEqual([...followed].sort());
    });
  });

  describe("unfollow", () => {
    it("ends a subscription, also when repeated", async () => {
      const { connection, entityIds } = await followedUpTo(2);
      const [left = anEntityId(), kept = anEntityId()] = entityIds;
      await subscriptions.unfollow(left, connection.id);
      await subscriptions.unfollow(left, connection.id);

      expect(await followersOf(left)).toEqual([]);
      expect(await followersOf(kept)).toHaveLength(1);
      expect(await connections.close(connection.id, NOW)).toEqual([kept]);
    });

    it("H3 leaves what another connection follows", async () => {
      const { connection, entityIds } = await followedUpTo(1);
      const [entityId = anEntityId()] = entityIds;
      const stranger = await opened();

      await subscriptions.unfollow(entityId, stranger.id);

      expect((await followersOf(entityId)).map(({ connectionId }) => connectionId)).toEqual([connection.id]);
    });

    it("takes what was never followed, by a connection that was never opened", async () => {
      const connection = aConnection();
      await subscriptions.unfollow(anEntityId(), connection.id);

      expect(await connections.open(connection)).toBe("stored");
    });

    it("may be followed again", async () => {
      const { connection, entityIds } = await followedUpTo(1);
      const [entityId = anEntityId()] = entityIds;
      await subscriptions.unfollow(entityId, connection.id);

      expect(await follow(connection, entityId)).toBe("following");

      expect(await followersOf(entityId)).toHaveLength(1);
    });
  });

  describe("closing a connection", () => {
    it("M2 answers what it followed, and the same again", async () => {
      const { connection, entityIds } = await followedUpTo(3);

      const first = await connections.close(connection.id, NOW);
      const second = await connections.close(connection.id, NOW);

      expect([...first].sort()).toEqual([...entityIds].sort());
      expect([...second].sort()).toEqual([...entityIds].sort());
    });

    it.each([0, 1, 60])("L5 leaves none of %i subscriptions", async (count) => {
      const { connection, entityIds } = await followedUpTo(count);
      const witness = await opened();
      for (const entityId of entityIds.slice(0, LIMIT)) await follow(witness, entityId);

      await subscriptions.unfollowAll(await connections.close(connection.id, NOW), connection.id);

      const left = (await Promise.all(entityIds.map((entityId) => followersOf(entityId)))).flat();
      expect(left.filter(({ connectionId }) => connectionId === connection.id)).toEqual([]);
      expect(left).toHaveLength(Math.min(count, LIMIT));
    });

    it("R18 is finished by the next call when it was interrupted", async () => {
      const { connection, entityIds } = await followedUpTo(4);
      const followed = await connections.close(connection.id, NOW);
      await subscriptions.unfollowAll(followed.slice(0, 2), connection.id);

      await subscriptions.unfollowAll(await connections.close(connection.id, NOW), connection.id);

      expect((await Promise.all(entityIds.map((entityId) => followersOf(entityId)))).flat()).toEqual([]);
    });
  });

  describe("followersOf", () => {
    it.each([
      ["shown in its last second", 7199, 1],
      ["L7 I19 hidden from the moment it expires", 7200, 0],
      ["L7 hidden long after", 200_000, 0],
    ])("a subscription is %s", async (_row, seconds, count) => {
      const { entityIds } = await followedUpTo(1);
      const [entityId = anEntityId()] = entityIds;

      expect(await followersOf(entityId, addSeconds(NOW, seconds))).toHaveLength(count);
    });

    it("J11 shows each follower once over all its pages, of which each is bounded", async () => {
      const entityId = anEntityId();
      const followers = await followedBy(270, entityId);

      const first = await subscriptions.followersOf(entityId, NOW);
      const all = await followersOf(entityId);

      expect(first.items.length).toBeLessThanOrEqual(250);
      expect(all.map(({ connectionId }) => connectionId).sort()).toEqual(followers.map(({ id }) => id).sort());
    });

    it("loses nobody when the follower on which a page ended has gone", async () => {
      const entityId = anEntityId();
      const followers = await followedBy(260, entityId);

      const first = await subscriptions.followersOf(entityId, NOW);
      await inBatches(first.items, ({ connectionId }) => subscriptions.unfollow(entityId, connectionId));
      const rest = await readAll((from) => subscriptions.followersOf(entityId, NOW, from ?? first.next));

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
      const follower = await opened();
      const entityId = spell(follower) as EntityId;
      const other = await opened();
      await follow(follower, entityId);
      await follow(other, `${entityId.slice(0, 250)} ` as EntityId);

      expect(await followersOf(entityId)).toEqual([aSubscription(follower, entityId)]);
      await subscriptions.unfollowAll(await connections.close(follower.id, NOW), follower.id);
      expect(await followersOf(entityId)).toEqual([]);
    });

    it("E8 tells two Unicode forms of one word apart", async () => {
      const follower = await opened();
      const entityId = `caf\u00e9 ${anEntityId()}`.normalize("NFC") as EntityId;
      await follow(follower, entityId);

      expect(await followersOf(entityId.normalize("NFD") as EntityId)).toEqual([]);
    });

    it.each(["", "x", "e30", "after:", "%", "W10", '["a"]', "x".repeat(10_000)])(
      "refuses %j, which is nobody's next page",
      async (cursor) => {
        await expect(subscriptions.followersOf(anEntityId(), NOW, cursor)).rejects.toMatchObject({
          code: "MALFORMED_CURSOR",
        });
      },
    );

    it("shows nobody else's followers, whatever page it is asked for", async () => {
      const popular = anEntityId();
      await followedBy(251, popular);
      const { next } = await subscriptions.followersOf(popular, NOW);

      const stranger = await subscriptions.followersOf(anEntityId(), NOW, next);

      expect(next).toBeDefined();
      expect(stranger.items).toEqual([]);
    });
  });

  it("a user and an entity of one name share nothing (E5)", async () => {
    const connection = await opened();
    const namesake = connection.identity.userId as string as EntityId;
    await follow(connection, namesake);

    const live = await readAll((from) => connections.liveConnectionsOf(connection.identity.userId, NOW, from));

    expect(live).toEqual([connection]);
    expect(await connections.liveConnectionsOf(aUserId(), NOW)).toEqual({ items: [] });
    expect(await followersOf(connection.id as ConnectionId as string as EntityId)).toEqual([]);
  });
}
