import { beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "../../src/domain/connection/connection.ts";
import { addSeconds } from "../../src/domain/time.ts";
import { aConnection, aUserId, NOW } from "../support/a-connection.ts";
import { anEntityId, aSubscription } from "../support/a-subscription.ts";
import { LIMIT, StoreScenario, type Stores } from "../support/store-scenario.ts";

/** What the port says of beginning and ending subscriptions. Ids are of each test's own, so that stores may share a table. */
export function describeSubscriptionStore(makeStores: () => Stores): void {
  let stores: StoreScenario;
  beforeEach(() => {
    stores = new StoreScenario(makeStores());
  });

  describe("follow", () => {
    it("R8 shows the fan-out, at once, all that it asks for", async () => {
      const connection = await stores.opened();
      const subscription = aSubscription(connection);

      expect(await stores.subscriptions.follow(subscription, NOW, LIMIT)).toBe("following");

      expect(await stores.followersOf(subscription.entityId)).toEqual([subscription]);
    });

    it("H6 is one subscription however often it is repeated", async () => {
      const connection = await stores.opened();
      const entityId = anEntityId();
      await stores.follow(connection, entityId);

      expect(await stores.follow(connection, entityId)).toBe("following");

      expect(await stores.followersOf(entityId)).toHaveLength(1);
    });

    it("is of one connection and not of its user's others", async () => {
      const userId = aUserId();
      const follower = await stores.opened({ userId });
      await stores.opened({ userId });
      const entityId = anEntityId();

      await stores.follow(follower, entityId);

      expect((await stores.followersOf(entityId)).map(({ connectionId }) => connectionId)).toEqual([follower.id]);
    });

    it.each<[string, () => Promise<Connection>, number]>([
      ["H7 that was never opened", async () => aConnection(), 0],
      ["H7 whose record has expired", () => stores.opened(), 7200],
      ["H7 that another user has", async () => ({ ...aConnection(), id: (await stores.opened()).id }), 0],
      [
        "M3 that was closed",
        async () => {
          const connection = await stores.opened();
          await stores.connections.close(connection.id, NOW);
          return connection;
        },
        0,
      ],
      [
        "M1 that was closed before it was opened",
        async () => {
          const connection = aConnection();
          await stores.connections.close(connection.id, NOW);
          await stores.connections.open(connection);
          return connection;
        },
        0,
      ],
    ])("refuses a connection %s, and leaves nothing behind", async (_row, makeConnection, seconds) => {
      const connection = await makeConnection();
      const entityId = anEntityId();

      expect(await stores.follow(connection, entityId, addSeconds(NOW, seconds))).toBe("not-connected");

      expect(await stores.followersOf(entityId)).toEqual([]);
      expect(await stores.connections.close(connection.id, NOW)).toEqual([]);
    });

    it("makes no connection of one that was never opened", async () => {
      const connection = aConnection();
      await stores.follow(connection, anEntityId());

      expect(await stores.connections.open(connection)).toBe("stored");
    });

    it("H6 refuses one more than the limit, and leaves nothing behind", async () => {
      const { connection } = await stores.followedUpTo(LIMIT);
      const entityId = anEntityId();

      expect(await stores.follow(connection, entityId)).toBe("limit-reached");

      expect(await stores.followersOf(entityId)).toEqual([]);
    });

    it("H6 takes what it follows already, whatever the limit", async () => {
      const { connection, entityIds } = await stores.followedUpTo(LIMIT);
      const [entityId = anEntityId()] = entityIds;

      expect(await stores.follow(connection, entityId)).toBe("following");

      expect(await stores.followersOf(entityId)).toHaveLength(1);
    });

    it("H6 has room again when something was unfollowed", async () => {
      const { connection, entityIds } = await stores.followedUpTo(LIMIT);
      const [entityId = anEntityId()] = entityIds;

      await stores.subscriptions.unfollow(entityId, connection.id);

      expect(await stores.follow(connection, anEntityId())).toBe("following");
    });

    it("I15 keeps to the limit however many come at once", async () => {
      const connection = await stores.opened();
      const entityIds = Array.from({ length: 4 * LIMIT }, anEntityId);

      const answers = await Promise.all(entityIds.map((entityId) => stores.follow(connection, entityId)));

      const followed = entityIds.filter((_, n) => answers[n] === "following");
      const shown = (await Promise.all(entityIds.map((entityId) => stores.followersOf(entityId)))).flat();
      expect(followed).toHaveLength(LIMIT);
      expect(shown.map(({ entityId }) => entityId).sort()).toEqual([...followed].sort());
    });
  });

  describe("unfollow", () => {
    it("ends a subscription, also when repeated", async () => {
      const { connection, entityIds } = await stores.followedUpTo(2);
      const [left = anEntityId(), kept = anEntityId()] = entityIds;
      await stores.subscriptions.unfollow(left, connection.id);
      await stores.subscriptions.unfollow(left, connection.id);

      expect(await stores.followersOf(left)).toEqual([]);
      expect(await stores.followersOf(kept)).toHaveLength(1);
      expect(await stores.connections.close(connection.id, NOW)).toEqual([kept]);
    });

    it("H3 leaves what another connection follows", async () => {
      const { connection, entityIds } = await stores.followedUpTo(1);
      const [entityId = anEntityId()] = entityIds;
      const stranger = await stores.opened();

      await stores.subscriptions.unfollow(entityId, stranger.id);

      expect((await stores.followersOf(entityId)).map(({ connectionId }) => connectionId)).toEqual([connection.id]);
    });

    it("takes what was never followed, by a connection that was never opened", async () => {
      const connection = aConnection();
      await stores.subscriptions.unfollow(anEntityId(), connection.id);

      expect(await stores.connections.open(connection)).toBe("stored");
    });

    it("may be followed again", async () => {
      const { connection, entityIds } = await stores.followedUpTo(1);
      const [entityId = anEntityId()] = entityIds;
      await stores.subscriptions.unfollow(entityId, connection.id);

      expect(await stores.follow(connection, entityId)).toBe("following");

      expect(await stores.followersOf(entityId)).toHaveLength(1);
    });
  });

  describe("closing a connection", () => {
    it("M2 answers what it followed, and the same again", async () => {
      const { connection, entityIds } = await stores.followedUpTo(3);

      const first = await stores.connections.close(connection.id, NOW);
      const second = await stores.connections.close(connection.id, NOW);

      expect([...first].sort()).toEqual([...entityIds].sort());
      expect([...second].sort()).toEqual([...entityIds].sort());
    });

    it.each([0, 1, 60])("L5 leaves none of %i subscriptions", async (count) => {
      const { connection, entityIds } = await stores.followedUpTo(count);
      const witness = await stores.opened();
      for (const entityId of entityIds.slice(0, LIMIT)) await stores.follow(witness, entityId);

      await stores.subscriptions.unfollowAll(await stores.connections.close(connection.id, NOW), connection.id);

      const left = (await Promise.all(entityIds.map((entityId) => stores.followersOf(entityId)))).flat();
      expect(left.filter(({ connectionId }) => connectionId === connection.id)).toEqual([]);
      expect(left).toHaveLength(Math.min(count, LIMIT));
    });

    it("R18 is finished by the next call when it was interrupted", async () => {
      const { connection, entityIds } = await stores.followedUpTo(4);
      const followed = await stores.connections.close(connection.id, NOW);
      await stores.subscriptions.unfollowAll(followed.slice(0, 2), connection.id);

      await stores.subscriptions.unfollowAll(await stores.connections.close(connection.id, NOW), connection.id);

      expect((await Promise.all(entityIds.map((entityId) => stores.followersOf(entityId)))).flat()).toEqual([]);
    });
  });
}
