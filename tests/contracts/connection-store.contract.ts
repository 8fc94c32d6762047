import fc from "fast-check";
import { expect, vi } from "vitest";
import type { ConnectionStore, ListedConnection } from "../../src/application/ports/connection-store.ts";
import type { Connection } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds, type EpochMillis, type EpochSeconds } from "../../src/domain/time.ts";
import { type Fault, withFaults } from "../fakes/with-faults.ts";
import { aConnection, aConnectionId, aUserId, NOW } from "../support/a-connection.ts";
import { inBatches } from "../support/in-batches.ts";
import { after, inRounds } from "../support/in-rounds.ts";
import { readAll } from "../support/read-all.ts";
import { growUntilPaged } from "./grow-until-paged.ts";
import { describeOutages, type WhenDown } from "./outages.ts";
import { untilDropped } from "./own-clock.ts";
import { type Suite, VITEST } from "./suite.ts";

export type ConnectionStoreSubject = {
  /** The store may be the same for each test, hold data of earlier runs, and be in use by another run. */
  readonly makeStore: () => ConnectionStore;
  /** The same data, seen from another process. Absent if no other process can reach them. */
  readonly elsewhere?: () => ConnectionStore;
  readonly whenDown: WhenDown<ConnectionStore>;
  /** The longest time that its index may lag behind. */
  readonly lagMillis?: number;
};

/** Every sentence of the port's comment. Each test makes ids of its own. */
export function describeConnectionStore(
  { makeStore, elsewhere, whenDown, lagMillis = 3_000 }: ConnectionStoreSubject,
  suite: Suite = VITEST,
): void {
  const { describe, it, beforeEach } = suite;
  let store: ConnectionStore;
  let early: Promise<{ store: ConnectionStore; open: Connection; closed: Connection; since: number }> | undefined;
  beforeEach(async () => {
    store = makeStore();
    early ??= openedAndClosed(store);
    await early;
  });

  const liveOf = (userId: UserId, now: EpochSeconds = NOW) =>
    readAll((from) => store.liveConnectionsOf(userId, now, from));
  const eventually = (holds: () => Promise<void>) => vi.waitFor(holds, { timeout: lagMillis, interval: 10 });
  const showsLive = (userId: UserId, connections: readonly Connection[], now?: EpochSeconds) =>
    eventually(async () => expect(await liveOf(userId, now)).toEqual(connections.map(listed)));

  describe("open", () => {
    it("remembers all that is known of a connection", async () => {
      const connection = aConnection();

      expect(await store.open(connection, [])).toBe("stored");

      await showsLive(connection.identity.userId, [connection]);
    });

    it("remembers a connection of which little is known", async () => {
      const { userAgent: _, ...known } = aConnection();
      const connection = { ...known, identity: { userId: aUserId() } };

      await store.open(connection, []);

      await showsLive(connection.identity.userId, [connection]);
    });

    it("keeps the names for display unless they are too long", async () => {
      const { userAgent: _, ...known } = aConnection();
      const identity = {
        userId: aUserId(),
        firstName: "é".repeat(60),
        lastName: "L".repeat(200),
        sub: "s".repeat(104),
      };
      const connection = { ...known, identity, userAgent: "wscat/6" };

      expect(await store.open(connection, [])).toBe("stored");

      await eventually(async () => {
        const [shown] = await liveOf(identity.userId);
        expect(identity).toMatchObject(shown?.identity ?? {});
        expect(connection.userAgent.startsWith(shown?.userAgent ?? "")).toBe(true);
        expect(shown?.identity).toMatchObject({ userId: identity.userId, firstName: identity.firstName });
      });
    });

    it("fault:M2 fault:L2 changes nothing when repeated, and returns the same as the first time", async () => {
      const connection = aConnection();
      await store.open(connection, []);

      expect(await store.open(later(connection, 60), [])).toBe("stored");

      await showsLive(connection.identity.userId, [connection]);
      await showsLive(connection.identity.userId, [], connection.expiresAt);
    });

    it("fault:L2 refuses an id that another user's live record has", async () => {
      const connection = aConnection();
      const intruder = aConnection({ id: connection.id });
      await store.open(connection, []);

      expect(await store.open(intruder, [])).toBe("taken");

      await showsLive(connection.identity.userId, [connection]);
      expect(await liveOf(intruder.identity.userId)).toEqual([]);
    });

    it("fault:L2 gives an id to one of two users who open it at once", async () => {
      const other = elsewhere?.() ?? store;
      const answers = await inRounds(async (wait) => {
        const connection = aConnection();
        const rival = aConnection({ id: connection.id });
        return Promise.all([store.open(connection, []), after(wait, () => other.open(rival, []))]);
      });

      expect(answers.filter((pair) => pair.toSorted().join() !== "stored,taken")).toEqual([]);
    });

    it.each([
      ["live until its last second", 7079, "taken"],
      ["fault:L7 gone from the moment it expires", 7080, "stored"],
    ])("treats a record as %s", async (_row, seconds, answer) => {
      const connection = aConnection();
      const successor = later(aConnection({ id: connection.id }), seconds);
      await store.open(connection, []);

      expect(await store.open(successor, [])).toBe(answer);
    });

    it("fault:L7 moves the id of an expired record to its new user", async () => {
      const expired = aConnection();
      const successor = later(aConnection({ id: expired.id }), 7200);
      await store.open(expired, []);
      await store.open(successor, []);

      await showsLive(successor.identity.userId, [successor], addSeconds(NOW, 7200));
      await showsLive(expired.identity.userId, []);
    });
  });

  describe("close", () => {
    it("forgets the connection", async () => {
      const connection = aConnection();
      await store.open(connection, []);

      await store.close(connection.id, NOW);

      await showsLive(connection.identity.userId, []);
    });

    it("fault:M2 may be repeated", async () => {
      const connection = aConnection();
      await store.open(connection, []);
      await store.close(connection.id, NOW);
      await store.close(connection.id, addSeconds(NOW, 1));

      expect(await store.open(connection, [])).toBe("closed");
    });

    it("fault:M1 wins over an open that comes after it", async () => {
      const connection = aConnection();
      await store.close(connection.id, NOW);

      expect(await store.open(connection, [])).toBe("closed");

      await showsLive(connection.identity.userId, []);
    });

    it("fault:M1 inv:12 wins over a concurrent open", async () => {
      const other = elsewhere?.() ?? store;
      const left = await inRounds(async (wait) => {
        const connection = aConnection();
        await Promise.all([store.open(connection, []), after(wait, () => other.close(connection.id, NOW))]);
        return { connection, again: await store.open(connection, []) };
      });

      expect(left.filter(({ again }) => again !== "closed")).toEqual([]);
      for (const { connection } of left) await showsLive(connection.identity.userId, []);
    });

    it("refuses the id for an hour, also to the user who had it", async () => {
      const connection = aConnection();
      await store.open(connection, []);
      await store.close(connection.id, NOW);

      expect(await store.open(later(connection, 3599), [])).toBe("closed");
    });

    it("touches no other connection of the user", async () => {
      const userId = aUserId();
      const closed = aConnection({ userId });
      const open = aConnection({ userId });
      await store.open(closed, []);
      await store.open(open, []);

      await store.close(closed.id, NOW);

      await showsLive(userId, [open]);
    });

    it("accepts an id that was never opened", async () => {
      await expect(store.close(aConnectionId(), NOW)).resolves.toBeUndefined();
    });
  });

  describe("liveConnectionsAmong", () => {
    it("attack:I4 finds a user's own among the named connections: at once, each once, none expired or closed", async () => {
      const userId = aUserId();
      const [live, closed, others] = [aConnection({ userId }), aConnection({ userId }), aConnection()];
      const expired = later(aConnection({ userId }), -7200);
      for (const connection of [expired, live, closed, others]) await store.open(connection, []);
      await store.close(closed.id, NOW);
      const named = [live, closed, others, expired, live].map(({ id }) => id);

      expect(await store.liveConnectionsAmong([...named, aConnectionId()], userId, NOW)).toEqual([live]);
      expect(await store.liveConnectionsAmong([], userId, NOW)).toEqual([]);
    });

    it("finds 130 named connections", async () => {
      const userId = aUserId();
      const connections = await inBatches(Array.from({ length: 130 }), () => opened(aConnection({ userId })));

      const found = await store.liveConnectionsAmong(
        connections.map(({ id }) => id),
        userId,
        NOW,
      );

      expect(found.map(({ id }) => id).sort()).toEqual(connections.map(({ id }) => id).sort());
    });
  });

  describe("countLive", () => {
    const NONE = aConnectionId();
    const countOf = (userId: UserId, besides = NONE, most = 50, now = NOW) =>
      store.countLive(userId, now, besides, most);

    it("counts a user's open connections, none expired, closed or another user's", async () => {
      const userId = aUserId();
      const [closed, others] = [aConnection({ userId }), aConnection()];
      const expired = later(aConnection({ userId }), -7200);
      const live = [aConnection({ userId }), aConnection({ userId })];
      for (const connection of [closed, others, expired, ...live]) await store.open(connection, []);
      await store.close(closed.id, NOW);

      await eventually(async () => expect(await countOf(userId)).toBe(2));
      expect(await countOf(userId, NONE, 50, addSeconds(NOW, 7079))).toBe(2);
      expect(await countOf(userId, NONE, 50, addSeconds(NOW, 7080))).toBe(0);
      expect(await countOf(aUserId())).toBe(0);
    });

    it("attack:N1 leaves out the connection that asks, also at the limit", async () => {
      const userId = aUserId();
      const asking = await opened(aConnection({ userId }));
      for (let others = 0; others < 3; others += 1) await opened(aConnection({ userId }));

      await eventually(async () => expect(await countOf(userId)).toBe(4));
      expect(await countOf(userId, asking.id)).toBe(3);
      expect(await countOf(userId, asking.id, 3)).toBe(3);
    });

    it("attack:N1 counts no further than it is asked to, and 130 if it is", async () => {
      const userId = aUserId();
      await inBatches(Array.from({ length: 130 }), () => opened(aConnection({ userId })));

      await eventually(async () => expect(await countOf(userId, NONE, 500)).toBe(130));
      expect(await countOf(userId, NONE, 50)).toBe(50);
    });
  });

  describe("liveConnectionsOf", () => {
    it("knows no connection that was never opened", async () => {
      expect(await liveOf(aUserId())).toEqual([]);
    });

    it("shows a record in its last second", async () => {
      const connection = aConnection();
      await store.open(connection, []);

      await showsLive(connection.identity.userId, [connection], addSeconds(NOW, 7079));
    });

    it.each([
      ["from the moment it expires", 7080],
      ["long after", 200_000],
    ])("fault:L7 hides a record %s, with no lag", async (_row, seconds) => {
      const connection = aConnection();
      await store.open(connection, []);
      await showsLive(connection.identity.userId, [connection]);

      expect(await liveOf(connection.identity.userId, addSeconds(NOW, seconds))).toEqual([]);
    });

    it("shows each connection once over all its pages, which are bounded", async () => {
      const userId = aUserId();
      let count = 0;
      const { members } = await growUntilPaged(
        () => opened(later(aConnection({ userId }), count++ % 3)),
        (from) => store.liveConnectionsOf(userId, NOW, from),
        eventually,
      );

      expect((await liveOf(userId)).map(({ id }) => id).sort()).toEqual(members.map(({ id }) => id).sort());
    });

    it("goes on where a page ended, though the last connection of the page has expired since", async () => {
      const userId = aUserId();
      let count = 0;
      const { members, first, next } = await growUntilPaged(
        () => opened(later(aConnection({ userId }), count++ % 20 === 0 ? 3600 : 0)),
        (from) => store.liveConnectionsOf(userId, NOW, from),
        eventually,
      );
      const lasting = members.filter(({ expiresAt }) => expiresAt > NOW + 7200);

      const rest = await readAll((from) => store.liveConnectionsOf(userId, addSeconds(NOW, 7200), from ?? next));

      const seen = new Set([...first.items, ...rest].map(({ id }) => id));
      expect(lasting.filter(({ id }) => !seen.has(id))).toEqual([]);
      expect(rest.filter(({ expiresAt }) => expiresAt <= NOW + 7200)).toEqual([]);
    });

    it.each([
      ["attack:E4 the name of a record type", "connection"],
      ["attack:E13 a property of every object", "__proto__"],
      ["attack:E3 delimiters", "auth0|a:b=c,d"],
    ])("takes %s to be a user like any other", async (_row, name) => {
      const connection = await opened(aConnection({ userId: `${name}${aUserId()}` as UserId }));
      const namesake = await opened(aConnection({ userId: name as UserId }));

      await showsLive(connection.identity.userId, [connection]);
      await eventually(async () => {
        // Connections of an earlier run are there too.
        const shown = await liveOf(name as UserId);
        expect(shown).toContainEqual(listed(namesake));
        expect(shown.filter(({ identity }) => identity.userId !== name)).toEqual([]);
      });
    });

    it.each(["", "x", "e30", "after:", "%", "W10", '["a","b","c"]', "x".repeat(10_000)])(
      "refuses %j, which is not a cursor of this store",
      async (cursor) => {
        await expect(store.liveConnectionsOf(aUserId(), NOW, cursor)).rejects.toMatchObject({
          code: "MALFORMED_CURSOR",
        });
      },
    );

    it("shows no other user's connections, for any cursor", async () => {
      const owner = aUserId();
      const { next } = await growUntilPaged(
        () => opened(aConnection({ userId: owner })),
        (from) => store.liveConnectionsOf(owner, NOW, from),
        eventually,
      );

      const stranger = await store.liveConnectionsOf(aUserId(), NOW, next);

      expect(stranger.items).toEqual([]);
    });
  });

  it("inv:12 fault:M1 fault:M2 ends the same after repeated calls, in any order, with any faults", async () => {
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
          operation === "open" ? faulty.open(connection, []) : faulty.close(connection.id, NOW),
        );
        await Promise.allSettled(answers);

        const arrived = calls.filter(({ fault }) => fault !== "lost").map(({ operation }) => operation);
        const lives = arrived.includes("open") && !arrived.includes("close");
        await showsLive(connection.identity.userId, lives ? [connection] : []);
        expect(await store.open(connection, [])).toBe(arrived.includes("close") ? "closed" : "stored");
      }),
    );
  });

  describeOutages(suite, whenDown, "CONNECTION_STORE", {
    open: (down) => down.open(aConnection(), []),
    close: (down) => down.close(aConnectionId(), NOW),
    liveConnectionsOf: (down) => down.liveConnectionsOf(aUserId(), NOW),
    countLive: (down) => down.countLive(aUserId(), NOW, aConnectionId(), 1),
    liveConnectionsAmong: (down) => down.liveConnectionsAmong([aConnectionId()], aUserId(), NOW),
  });

  it("fault:M1 drops no data by a clock of its own while a test can wait", async () => {
    const { store: same, open, closed, since } = (await early) ?? (await openedAndClosed(store));
    await untilDropped(since);

    expect(await same.open(closed, [])).toBe("closed");
    expect(await same.open(aConnection({ id: open.id }), [])).toBe("taken");
  });

  async function opened(connection: Connection): Promise<Connection> {
    await store.open(connection, []);
    return connection;
  }
}

/** As an index lists it. */
function listed({ token: _, ...connection }: Connection): ListedConnection {
  return connection;
}

async function openedAndClosed(store: ConnectionStore) {
  const [open, closed] = [aConnection(), aConnection()];
  await store.open(open, []);
  await store.close(closed.id, NOW);
  return { store, open, closed, since: Date.now() };
}

function later(connection: Connection, seconds: number): Connection {
  return {
    ...connection,
    connectedAt: (connection.connectedAt + seconds * 1000) as EpochMillis,
    token: { ...connection.token, expiresAt: addSeconds(connection.token.expiresAt, seconds) },
    expiresAt: addSeconds(connection.expiresAt, seconds),
  };
}
