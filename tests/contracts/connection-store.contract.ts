import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/user-id.ts";
import { addSeconds, type EpochMillis, type EpochSeconds } from "../../src/domain/time.ts";
import { type Fault, withFaults } from "../fakes/with-faults.ts";
import { aConnection, aConnectionId, aUserId, NOW } from "../support/a-connection.ts";
import { inBatches } from "../support/in-batches.ts";
import { readAll } from "../support/read-all.ts";

/** Every sentence of the port's comment. Ids are of each test's own, so that stores may share a table. */
export function describeConnectionStore(makeStore: () => ConnectionStore): void {
  let store: ConnectionStore;
  beforeEach(() => {
    store = makeStore();
  });

  const liveOf = (userId: UserId, now: EpochSeconds = NOW) =>
    readAll((from) => store.liveConnectionsOf(userId, now, from));
  const later = (connection: Connection, seconds: number): Connection => ({
    ...connection,
    connectedAt: (connection.connectedAt + seconds * 1000) as EpochMillis,
    expiresAt: addSeconds(connection.expiresAt, seconds),
  });

  describe("open", () => {
    it("remembers all that is known of a connection", async () => {
      const connection = aConnection();

      expect(await store.open(connection)).toBe("stored");

      expect(await liveOf(connection.identity.userId)).toEqual([connection]);
    });

    it("remembers one of which little is known", async () => {
      const { userAgent: _, ...known } = aConnection();
      const connection = { ...known, identity: { userId: aUserId() } };

      await store.open(connection);

      expect(await liveOf(connection.identity.userId)).toEqual([connection]);
    });

    it("keeps what is for display, as long as it is not too long", async () => {
      const { userAgent: _, ...known } = aConnection();
      const identity = {
        userId: aUserId(),
        firstName: "é".repeat(60),
        lastName: "L".repeat(200),
        sub: "s".repeat(104),
      };
      const connection = { ...known, identity, userAgent: "wscat/6" };

      expect(await store.open(connection)).toBe("stored");

      const [shown] = await liveOf(identity.userId);
      expect(identity).toMatchObject(shown?.identity ?? {});
      expect(connection.userAgent.startsWith(shown?.userAgent ?? "")).toBe(true);
      expect(shown?.identity).toMatchObject({ userId: identity.userId, firstName: identity.firstName });
    });

    it("M2 L2 changes nothing when repeated, and answers as the first time", async () => {
      const connection = aConnection();
      await store.open(connection);

      expect(await store.open(later(connection, 60))).toBe("stored");

      expect(await liveOf(connection.identity.userId)).toEqual([connection]);
    });

    it("L2 refuses an id that another user's live record has", async () => {
      const connection = aConnection();
      const intruder = aConnection({ id: connection.id });
      await store.open(connection);

      expect(await store.open(intruder)).toBe("taken");

      expect(await liveOf(intruder.identity.userId)).toEqual([]);
      expect(await liveOf(connection.identity.userId)).toEqual([connection]);
    });

    it.each([
      ["live until its last second", 7199, "taken"],
      ["L7 gone from the moment it expires", 7200, "stored"],
    ])("takes a record to be %s", async (_row, seconds, answer) => {
      const connection = aConnection();
      const successor = later(aConnection({ id: connection.id }), seconds);
      await store.open(connection);

      expect(await store.open(successor)).toBe(answer);
    });

    it("L7 moves the id of an expired record to its new user", async () => {
      const expired = aConnection();
      const successor = later(aConnection({ id: expired.id }), 7200);
      await store.open(expired);
      await store.open(successor);

      expect(await liveOf(expired.identity.userId)).toEqual([]);
      expect(await liveOf(successor.identity.userId, addSeconds(NOW, 7200))).toEqual([successor]);
    });
  });

  describe("close", () => {
    it("forgets the connection", async () => {
      const connection = aConnection();
      await store.open(connection);

      await store.close(connection.id, NOW);

      expect(await liveOf(connection.identity.userId)).toEqual([]);
    });

    it("M2 may be repeated", async () => {
      const connection = aConnection();
      await store.open(connection);
      await store.close(connection.id, NOW);
      await store.close(connection.id, addSeconds(NOW, 1));

      expect(await store.open(connection)).toBe("closed");
    });

    it("M1 wins over an open that comes after it", async () => {
      const connection = aConnection();
      await store.close(connection.id, NOW);

      expect(await store.open(connection)).toBe("closed");

      expect(await liveOf(connection.identity.userId)).toEqual([]);
    });

    it("refuses the id for an hour, also to the user who had it", async () => {
      const connection = aConnection();
      await store.open(connection);
      await store.close(connection.id, NOW);

      expect(await store.open(later(connection, 3599))).toBe("closed");
    });

    it("touches no other connection of the user", async () => {
      const userId = aUserId();
      const closed = aConnection({ userId });
      const open = aConnection({ userId });
      await store.open(closed);
      await store.open(open);

      await store.close(closed.id, NOW);

      expect(await liveOf(userId)).toEqual([open]);
    });

    it("takes an id that was never opened", async () => {
      await expect(store.close(aConnectionId(), NOW)).resolves.toBeUndefined();
    });
  });

  describe("liveConnectionsOf", () => {
    it("knows nobody that it was not told of", async () => {
      expect(await liveOf(aUserId())).toEqual([]);
    });

    it.each([
      ["shown in its last second", 7199, 1],
      ["L7 hidden from the moment it expires", 7200, 0],
      ["L7 hidden long after", 200_000, 0],
    ])("a record is %s", async (_row, seconds, count) => {
      const connection = aConnection();
      await store.open(connection);

      expect(await liveOf(connection.identity.userId, addSeconds(NOW, seconds))).toHaveLength(count);
    });

    it("shows each once over all its pages", async () => {
      const userId = aUserId();
      const connections = Array.from({ length: 230 }, (_, n) => later(aConnection({ userId }), n % 3));
      await inBatches(connections, (connection) => store.open(connection));

      const shown = await liveOf(userId);

      expect(shown.map(({ id }) => id).sort()).toEqual(connections.map(({ id }) => id).sort());
    });

    it("bounds a page, and goes on where it ended though what it ended on has expired since", async () => {
      const userId = aUserId();
      const expiring = Array.from({ length: 150 }, () => aConnection({ userId }));
      const lasting = Array.from({ length: 30 }, () => later(aConnection({ userId }), 3600));
      await inBatches([...expiring, ...lasting], (connection) => store.open(connection));

      const first = await store.liveConnectionsOf(userId, NOW);
      const rest = await readAll((from) => store.liveConnectionsOf(userId, addSeconds(NOW, 7200), from ?? first.next));

      expect(first.items).toHaveLength(100);
      const seen = new Set([...first.items, ...rest].map(({ id }) => id));
      expect(lasting.filter(({ id }) => !seen.has(id))).toEqual([]);
      expect(rest.filter(({ expiresAt }) => expiresAt <= NOW + 7200)).toEqual([]);
    });

    it.each([
      ["E4 the name of a record type", "connection"],
      ["E13 a property of every object", "__proto__"],
      ["E3 delimiters", "auth0|a:b=c,d"],
    ])("takes %s to be a user like any other", async (_row, name) => {
      const connection = aConnection({ userId: `${name}${aUserId()}` as UserId });
      const namesake = aConnection({ userId: name as UserId });
      await store.open(connection);
      await store.open(namesake);

      expect(await liveOf(connection.identity.userId)).toEqual([connection]);
      expect(await liveOf(name as UserId)).toEqual([namesake]);
    });

    it.each(["", "x", "e30", "after:", "%", "W10", '["a","b","c"]', "x".repeat(10_000)])(
      "refuses %j, which is nobody's next page",
      async (cursor) => {
        await expect(store.liveConnectionsOf(aUserId(), NOW, cursor)).rejects.toMatchObject({
          code: "MALFORMED_CURSOR",
        });
      },
    );

    it("shows nobody else's connections, whatever page it is asked for", async () => {
      const owner = aUserId();
      await inBatches(Array.from({ length: 101 }), () => store.open(aConnection({ userId: owner })));
      const { next } = await store.liveConnectionsOf(owner, NOW);

      const stranger = await store.liveConnectionsOf(aUserId(), NOW, next);

      expect(next).toBeDefined();
      expect(stranger.items).toEqual([]);
    });
  });

  it("I12 M1 M2 ends the same however often and in whatever order it is told, and whatever fails on the way", async () => {
    const call = fc.record({
      operation: fc.constantFrom<"open" | "close">("open", "open", "close"),
      fault: fc.constantFrom<Fault>("none", "lost", "late"),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 6 }), async (calls) => {
        const connection = aConnection();
        const faults = calls.map(({ fault }) => fault);
        const faulty = withFaults(store, () => faults.shift() ?? "none");
        const answers = calls.map(({ operation }) =>
          operation === "open" ? faulty.open(connection) : faulty.close(connection.id, NOW),
        );
        await Promise.allSettled(answers);

        const arrived = calls.filter(({ fault }) => fault !== "lost").map(({ operation }) => operation);
        const lives = arrived.includes("open") && !arrived.includes("close");
        expect(await liveOf(connection.identity.userId)).toEqual(lives ? [connection] : []);
        expect(await store.open(connection)).toBe(arrived.includes("close") ? "closed" : "stored");
      }),
    );
  });
}
