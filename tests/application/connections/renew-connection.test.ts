import { describe, expect, it } from "vitest";
import { grantsId } from "../../../src/adapters/grants-id.ts";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import type { VerifyToken } from "../../../src/application/access/verify-token.ts";
import { makeRenewConnection, type PresentedRenewal } from "../../../src/application/connections/renew-connection.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Seq } from "../../../src/domain/connection/seq.ts";
import { type Grants, parseGrant } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import type { UnverifiedToken } from "../../../src/domain/token/credentials.ts";
import type { Revocation } from "../../../src/domain/token/revocation.ts";
import type { TokenId } from "../../../src/domain/token/token-facts.ts";
import type { PresentedToken } from "../../../src/domain/token/verdict.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { RecordingEndingTasks } from "../../fakes/recording-ending-tasks.ts";
import { aConnection, NOW, tokenFacts } from "../../support/a-connection.ts";

const OUTAGE = new DependencyUnavailableError("CONNECTION_STORE");
const NEWER: PresentedToken = {
  issuer: "portcullis",
  expiresAt: addSeconds(NOW, 3600),
  issuedAt: NOW,
  tokenId: "newer" as TokenId,
};

type World = {
  readonly token?: Partial<PresentedToken>;
  readonly grants?: Grants;
  readonly user?: string;
  readonly verify?: VerifyToken;
  readonly faults?: Readonly<Record<string, (call: () => unknown, nth: number) => unknown>>;
};

/** An open connection whose token ends in a minute, and every call out in its order. */
async function world({ token = {}, grants = [], user, verify, faults = {} }: World = {}) {
  const calls: string[] = [];
  const clock = new FixedClock(NOW * 1000 + 5);
  const connections = new MemoryConnectionStore();
  const revocations = new MemoryRevocationList();
  const tasks = new RecordingEndingTasks();
  const older = tokenFacts({ expiresAt: addSeconds(NOW, 60) });
  const connection = aConnection({ token: older, expiresAt: older.expiresAt });
  await connections.open(connection, []);
  const userId = (user ?? connection.identity.userId) as UserId;
  const counted = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...args: unknown[]) => {
          calls.push(String(name));
          const nth = calls.filter((call) => call === name).length;
          const call = () => Reflect.apply(method, target, args);
          return (faults[String(name)] ?? ((through) => through()))(call, nth);
        };
      },
    });
  const renew = makeRenewConnection({
    verifyToken:
      verify ??
      (async () => ({ kind: "accepted", identity: { userId }, token: { ...NEWER, ...token }, grants }) as const),
    renewals: counted(connections),
    revocations: counted(revocations),
    tasks: counted(tasks),
    issuerIds: issuerId,
    grantsIds: grantsId,
    clock,
  });
  const presented: PresentedRenewal = {
    connectionId: connection.id,
    userId: connection.identity.userId,
    connectedAt: connection.connectedAt,
    token: "a.b.c" as UnverifiedToken,
  };
  return {
    calls,
    clock,
    connection,
    connections,
    revocations,
    tasks,
    renew: (changed: Partial<PresentedRenewal> = {}, context: "with issuer" | "without issuer" = "with issuer") =>
      renew({ ...presented, ...(context === "with issuer" && { issuer: "portcullis" }), ...changed }),
    end: async () => {
      const [record] = await connections.inspect([connection.id], NOW);
      return record?.kind === "open" ? record.connection.token.expiresAt : record?.code;
    },
  };
}

const OLD_END = addSeconds(NOW, 60);

describe("renewing a connection", () => {
  it("moves the end to the newer token's: two reads of the revocations around one write", async () => {
    const { renew, calls, end } = await world();
    expect(await renew()).toEqual({ kind: "renewed", now: NOW, token: NEWER });
    expect(calls).toEqual(["concerning", "renew", "concerning"]);
    expect(await end()).toBe(NEWER.expiresAt);
  });

  it("keeps whole seconds of a token that ends within one", async () => {
    const { renew, end } = await world({ token: { expiresAt: addSeconds(NOW, 3600.9) } });
    expect(await renew()).toMatchObject({ kind: "renewed" });
    expect(await end()).toBe(addSeconds(NOW, 3600));
  });

  it("counts for a connection that an older version opened, whose context names no issuer", async () => {
    const { renew } = await world();
    expect(await renew({}, "without issuer")).toMatchObject({ kind: "renewed" });
  });

  it.each<readonly [string, World]>([
    ["another user", { user: "eve" }],
    ["another issuer", { token: { issuer: "https://another.example" } }],
    ["another user of another issuer", { user: "eve", token: { issuer: "https://another.example" } }],
  ])("fault:M7 refuses the token of %s as such, without a call out", async (_title, given) => {
    const { renew, calls, end } = await world(given);
    expect(await renew()).toMatchObject({ kind: "user-changed" });
    expect(calls).toEqual([]);
    expect(await end()).toBe(OLD_END);
  });

  it("fault:M7 refuses a token that is not good, with its reason and without a call out", async () => {
    const { renew, calls, end } = await world({ verify: async () => ({ kind: "rejected", reason: "EXPIRED" }) });
    expect(await renew()).toEqual({ kind: "refused", reason: "EXPIRED" });
    expect(calls).toEqual([]);
    expect(await end()).toBe(OLD_END);
  });

  it.each([60, 59, 1])("fault:M7 refuses a token that ends no later: after %i s", async (seconds) => {
    const { renew, calls, end } = await world({ token: { expiresAt: addSeconds(NOW, seconds) } });
    expect(await renew()).toMatchObject({ kind: "refused", reason: "ENDS_NO_LATER" });
    expect(calls).toEqual(["concerning", "renew"]);
    expect(await end()).toBe(OLD_END);
  });

  const REVOCATIONS: readonly (readonly [string, (userId: UserId) => Revocation])[] = [
    ["the user's tokens", (userId) => ({ kind: "user", userId, issuedBefore: NOW })],
    ["this token", (userId) => ({ kind: "token", userId, tokenId: "newer" as TokenId })],
    ["the issuer's tokens", () => ({ kind: "issuer", issuer: issuerId("portcullis"), issuedBefore: NOW })],
  ];

  it.each(REVOCATIONS)("fault:M8 refuses after a revocation of %s, without a write", async (_title, revocation) => {
    const { renew, calls, end, revocations, connection } = await world();
    await revocations.add(revocation(connection.identity.userId), addSeconds(NOW, 3600));
    expect(await renew()).toMatchObject({ kind: "refused", reason: "REVOKED" });
    expect(calls).toEqual(["concerning"]);
    expect(await end()).toBe(OLD_END);
  });

  it.each(REVOCATIONS)("fault:M8 takes itself back after a revocation of %s in between", async (_title, revocation) => {
    const later = addSeconds(NOW, 3600);
    const { renew, calls, end, revocations, connection } = await world({
      faults: {
        renew: async (call) => {
          await revocations.add(revocation(connection.identity.userId), later);
          return call();
        },
      },
    });
    expect(await renew()).toMatchObject({ kind: "refused", reason: "REVOKED" });
    expect(calls).toEqual(["concerning", "renew", "concerning", "takeBack"]);
    expect(await end()).toBe(OLD_END);
  });

  it("fault:M9 writes nothing when the revocations cannot be read before", async () => {
    const { renew, calls, end } = await world({ faults: { concerning: () => Promise.reject(OUTAGE) } });
    await expect(renew()).rejects.toBe(OUTAGE);
    expect(calls).toEqual(["concerning"]);
    expect(await end()).toBe(OLD_END);
  });

  it("fault:M9 takes itself back when the revocations cannot be read after the write", async () => {
    const { renew, calls, end } = await world({
      faults: { concerning: (call, nth) => (nth === 1 ? call() : Promise.reject(OUTAGE)) },
    });
    await expect(renew()).rejects.toBe(OUTAGE);
    expect(calls).toEqual(["concerning", "renew", "concerning", "takeBack"]);
    expect(await end()).toBe(OLD_END);
  });

  it("fault:M9 is not acknowledged when it cannot be taken back", async () => {
    const another = new Error("another");
    const { renew } = await world({
      faults: {
        concerning: (call, nth) => (nth === 1 ? call() : Promise.reject(OUTAGE)),
        takeBack: () => Promise.reject(another),
      },
    });
    await expect(renew()).rejects.toBe(OUTAGE);

    const revoked = [{ kind: "issuer", issuer: issuerId("portcullis"), issuedBefore: NOW }];
    const { renew: renewRevoked } = await world({
      faults: {
        concerning: async (call, nth) => (nth === 1 ? call() : revoked),
        takeBack: () => Promise.reject(another),
      },
    });
    await expect(renewRevoked()).rejects.toBe(another);
  });

  it("is not taken back over a newer renewal that came meanwhile", async () => {
    const newest = tokenFacts({ expiresAt: addSeconds(NOW, 5000) });
    const revoked = [{ kind: "token", userId: "", tokenId: "newer" }];
    const { renew, end, connection, connections } = await world({
      faults: {
        concerning: async (call, nth) => {
          if (nth === 1) return call();
          const { id, connectedAt, identity } = connection;
          const renewal = { connectionId: id, userId: identity.userId, connectedAt, token: newest, grants: [] };
          await connections.renew(renewal, NOW, async () => undefined);
          return revoked.map((revocation) => ({ ...revocation, userId: identity.userId }));
        },
      },
    });
    expect(await renew()).toMatchObject({ kind: "refused", reason: "REVOKED" });
    expect(await end()).toBe(newest.expiresAt);
  });

  it("tells a connection whose token has ended, and it does not come back", async () => {
    const { renew, clock, end } = await world();
    clock.advance(60);
    expect(await renew()).toMatchObject({ kind: "token-expired" });
    expect(await end()).toBe(OLD_END);
  });

  it("tells a connection that was ended because of a revocation", async () => {
    const { renew, connection, connections } = await world();
    await connections.end(connection, "TOKEN_REVOKED", NOW);
    expect(await renew()).toMatchObject({ kind: "token-revoked" });
  });

  it("tells a connection that was closed, and one of another user", async () => {
    const { renew, connection, connections } = await world();
    expect(await renew({ connectionId: "AAAAAAAAAAAAAAA=" as never })).toMatchObject({ kind: "not-connected" });
    await connections.close(connection.id, NOW);
    expect(await renew()).toMatchObject({ kind: "not-connected" });
  });

  it("throws, and writes nothing, when the token cannot be verified", async () => {
    const { renew, calls } = await world({ verify: () => Promise.reject(OUTAGE) });
    await expect(renew()).rejects.toBe(OUTAGE);
    expect(calls).toEqual([]);
  });

  it("throws when the write fails", async () => {
    const { renew, calls } = await world({ faults: { renew: () => Promise.reject(OUTAGE) } });
    await expect(renew()).rejects.toBe(OUTAGE);
    expect(calls).toEqual(["concerning", "renew"]);
  });
});

const FOLLOWS = (...texts: readonly string[]): Grants => texts.flatMap((text) => parseGrant(text) ?? []);

describe("a renewal whose token has other grants", () => {
  const grants = FOLLOWS("subscribe:order-*", "subscribe:news");

  it("defers two reviews before it writes, so that a crash after the write leaves nothing unseen", async () => {
    const { renew, calls, tasks, connection, connections } = await world({ grants });
    expect(await renew()).toMatchObject({ kind: "renewed" });
    // The review of the list, the write within `renew` around the queue's message, and the second look at the list.
    expect(calls).toEqual(["concerning", "renew", "defer", "concerning"]);
    const review = {
      order: { kind: "review" },
      part: { kind: "named", ids: [connection.id] },
      cut: 0,
      attempt: 0,
    };
    expect(tasks.deferred).toEqual([
      { task: review, delaySeconds: 1 },
      { task: review, delaySeconds: 4 },
      { task: review, delaySeconds: 8 },
    ]);
    expect(connections.openRecord(connection.id)?.grants).toEqual(grants);
  });

  it("has the old grants and the old end while the reviews are not in the queue", async () => {
    const seen: unknown[] = [];
    const { renew, connections, connection } = await world({
      grants,
      faults: {
        defer: (call) => {
          const record = connections.openRecord(connection.id);
          seen.push(record?.grants, record?.connection.token.expiresAt);
          return call();
        },
      },
    });
    await renew();
    expect(seen).toEqual([[], OLD_END]);
  });

  it("does not count if the queue takes no message", async () => {
    const { renew, tasks, end, connections, connection } = await world({ grants });
    tasks.outages = 1;
    await expect(renew()).rejects.toThrow("ADMIN_QUEUE");
    expect(await end()).toBe(OLD_END);
    expect(connections.openRecord(connection.id)?.grants).toEqual([]);
  });

  it("has its grants taken back too, if the token was revoked meanwhile", async () => {
    const { renew, end, revocations, connection, connections } = await world({
      grants,
      faults: {
        renew: async (call) => {
          const { userId } = connection.identity;
          await revocations.add({ kind: "user", userId, issuedBefore: NOW }, addSeconds(NOW, 3600));
          return call();
        },
      },
    });
    expect(await renew()).toMatchObject({ kind: "refused", reason: "REVOKED" });
    expect(await end()).toBe(OLD_END);
    expect(connections.openRecord(connection.id)?.grants).toEqual([]);
  });
});

describe("a renewal whose token has the same grants", () => {
  const grants = FOLLOWS("subscribe:order-*", "subscribe:news");

  it("makes no task, in whichever order the token names them", async () => {
    const same = grants.toReversed();
    const { renew, clock, tasks, connections, connection } = await world({ grants });
    await renew();
    tasks.deferred.length = 0;
    const { id, identity, connectedAt } = connection;
    const expiresAt = addSeconds(NOW, 7000);
    const again = makeRenewConnection({
      verifyToken: async () => ({ kind: "accepted", identity, token: { ...NEWER, expiresAt }, grants: same }),
      renewals: connections,
      revocations: new MemoryRevocationList(),
      tasks,
      issuerIds: issuerId,
      grantsIds: grantsId,
      clock,
    });
    const presented = { connectionId: id, userId: identity.userId, connectedAt, token: "a.b.c" as UnverifiedToken };
    expect(await again(presented)).toMatchObject({ kind: "renewed" });
    expect(tasks.deferred).toEqual([]);
  });

  it("makes none either if neither token has a grant, or if it does not count", async () => {
    const { renew, tasks } = await world();
    await renew();
    expect(tasks.deferred).toEqual([]);
    const late = await world({ grants, token: { expiresAt: OLD_END } });
    expect(await late.renew()).toMatchObject({ reason: "ENDS_NO_LATER" });
    expect(late.tasks.deferred).toEqual([]);
  });
});

describe("a renewal with a seq", () => {
  it("counts once: the same and a lower number are stale, and change nothing", async () => {
    const { renew, end, connection, connections } = await world();
    expect(await renew({ seq: 7 as Seq })).toMatchObject({ kind: "renewed" });
    expect(connections.openRecord(connection.id)?.marks.seq).toBe(7);
    for (const seq of [7, 6, 1]) expect(await renew({ seq: seq as Seq })).toMatchObject({ kind: "stale" });
    expect(await end()).toBe(NEWER.expiresAt);
    expect(await renew({ seq: 8 as Seq })).toMatchObject({ kind: "refused", reason: "ENDS_NO_LATER" });
    expect(connections.openRecord(connection.id)?.marks.seq).toBe(7);
  });
});
