import { describe, expect, it } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { type Connection, closesAt } from "../../../src/domain/connection/connection.ts";
import { addSeconds, type EpochMillis } from "../../../src/domain/time.ts";
import type { Revocation } from "../../../src/domain/token/revocation.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { aConnection, aConnectionId, aUserId, NOW, tokenFacts } from "../../support/a-connection.ts";
import { openConnectionOver } from "../../support/open-connection.ts";

const FIRST = aConnection();
const OUTAGE = new DependencyUnavailableError("CONNECTION_STORE");

/** The stores, with the name of each call in the order of the calls. A fault replaces a call. */
function world({ limit = 3, faults = {} }: { limit?: number; faults?: Readonly<Record<string, () => unknown>> } = {}) {
  const calls: string[] = [];
  const clock = new FixedClock(NOW * 1000 + 5);
  const stores = { connections: new MemoryConnectionStore(), revocations: new MemoryRevocationList() };
  const counted = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const method = Reflect.get(target, name);
        if (typeof method !== "function") return method;
        return (...args: unknown[]) => {
          calls.push(String(name));
          const fault = faults[String(name)];
          return fault === undefined ? Reflect.apply(method, target, args) : fault();
        };
      },
    });
  const open = openConnectionOver({
    connections: counted(stores.connections),
    revocations: counted(stores.revocations),
    clock,
    limit,
  });
  const userId = aUserId();
  return {
    calls,
    userId,
    revocations: stores.revocations,
    open: (opening: Partial<Parameters<typeof open>[0]> = {}) =>
      open({ ...aConnection({ userId }), grants: [], ...opening }),
    live: async () => (await stores.connections.liveConnectionsOf(userId, NOW)).items,
  };
}

describe("opening a connection", () => {
  it("counts, writes and then reads the revocations: three calls", async () => {
    const { open, calls, live } = world();
    expect(await open()).toBe("stored");
    expect(calls).toEqual(["countLive", "open", "concerning"]);
    expect(await live()).toHaveLength(1);
  });

  it("ends with its token, or 1 h 58 min after its handshake", async () => {
    const { open, live } = world();
    const { connectedAt } = aConnection();
    await open({ connectedAt, token: tokenFacts({ expiresAt: addSeconds(NOW, 60) }) });
    await open({ connectedAt, token: tokenFacts({ expiresAt: addSeconds(NOW, 86_400) }) });
    const ends = (await live()).map(({ expiresAt }) => expiresAt);
    expect(ends).toEqual([addSeconds(NOW, 60), closesAt(connectedAt)]);
  });

  it.each([1, 3, 50])(
    "attack:N1 lets in %i connections of a user, and refuses one more without a write",
    async (limit) => {
      const { open, calls, live } = world({ limit });
      for (let n = 0; n < limit; n += 1) expect(await open()).toBe("stored");
      calls.length = 0;
      expect(await open()).toBe("limit-reached");
      expect(calls).toEqual(["countLive"]);
      expect(await live()).toHaveLength(limit);
    },
  );

  it("attack:N1 lets in again when a connection has ended", async () => {
    const { open } = world({ limit: 1 });
    const connectedAt = ((NOW - 60) * 1000) as EpochMillis;
    await open({ connectedAt, token: tokenFacts({ expiresAt: NOW }) });
    expect(await open()).toBe("stored");
    expect(await open()).toBe("limit-reached");
  });

  it("attack:N1 lets all of 100 overlapping handshakes in, and closes none of them", async () => {
    const { open, live } = world({ limit: 2 });
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => open()));
    expect(new Set(outcomes)).toEqual(new Set(["stored"]));
    expect(await live()).toHaveLength(100);
    expect(await open()).toBe("limit-reached");
  });

  it("counts nothing without a limit", async () => {
    const { open, calls } = world({ limit: 0 });
    for (let n = 0; n < 100; n += 1) expect(await open()).toBe("stored");
    expect(calls).not.toContain("countLive");
  });

  it("does not count the connection itself, so that a repeated call at the limit is stored", async () => {
    const { open } = world({ limit: 1 });
    const id = aConnectionId();
    expect([await open({ id }), await open({ id })]).toEqual(["stored", "stored"]);
  });

  it.each<readonly [string, (userId: ReturnType<typeof aUserId>) => Revocation]>([
    ["of the user", (userId) => ({ kind: "user", userId, issuedBefore: NOW })],
    ["of the token", (userId) => ({ kind: "token", userId, tokenId: FIRST.token.tokenId ?? never() })],
    ["of the issuer", () => ({ kind: "issuer", issuer: issuerId("portcullis"), issuedBefore: NOW })],
  ])("fault:M8 closes the connection again after a revocation %s", async (_title, revocation) => {
    const { open, calls, live, revocations, userId } = world();
    await revocations.add(revocation(userId), addSeconds(NOW, 3600));
    expect(await open({ token: FIRST.token })).toBe("revoked");
    expect(calls).toEqual(["countLive", "open", "concerning", "close"]);
    expect(await live()).toEqual([]);
  });

  it("fault:M8 finds a revocation that comes while the record is written", async () => {
    const revocation = { kind: "user", userId: FIRST.identity.userId, issuedBefore: NOW } as const;
    const revocations = new MemoryRevocationList();
    class RevokedMeanwhile extends MemoryConnectionStore {
      override async open(connection: Connection) {
        await revocations.add(revocation, addSeconds(NOW, 3600));
        return super.open(connection, []);
      }
    }
    const connections = new RevokedMeanwhile();
    const open = openConnectionOver({ connections, revocations, clock: new FixedClock(NOW * 1000) });
    expect(await open({ ...FIRST, grants: [] })).toBe("revoked");
    expect((await connections.liveConnectionsOf(FIRST.identity.userId, NOW)).items).toEqual([]);
  });

  it("stays open after a revocation of another token, or of older ones", async () => {
    const { open, revocations, userId } = world();
    await revocations.add({ kind: "user", userId, issuedBefore: addSeconds(NOW, -1) }, addSeconds(NOW, 3600));
    await revocations.add({ kind: "token", userId, tokenId: FIRST.token.tokenId ?? never() }, addSeconds(NOW, 3600));
    expect(await open()).toBe("stored");
  });

  it("fault:M9 throws, and closes the connection again, when the revocations cannot be read", async () => {
    const { open, calls, live } = world({ faults: { concerning: () => Promise.reject(OUTAGE) } });
    await expect(open()).rejects.toBe(OUTAGE);
    expect(calls).toEqual(["countLive", "open", "concerning", "close"]);
    expect(await live()).toEqual([]);
  });

  it.each([
    ["the revocations cannot be read", () => Promise.reject(OUTAGE)],
    ["the token is revoked", async () => [{ kind: "issuer", issuer: issuerId("portcullis"), issuedBefore: NOW }]],
  ])("fault:M9 is refused when %s, even if the record cannot be closed", async (_title, concerning) => {
    const { open } = world({ faults: { concerning, close: () => Promise.reject(new Error("another")) } });
    const [outcome] = await Promise.allSettled([open()]);
    if (outcome.status === "rejected") expect(outcome.reason).toBe(OUTAGE);
    else expect(outcome.value).toBe("revoked");
  });

  it.each([["countLive"], ["open"]])("throws, and goes no further, when %s fails", async (method) => {
    const { open, calls } = world({ faults: { [method]: () => Promise.reject(OUTAGE) } });
    await expect(open()).rejects.toBe(OUTAGE);
    expect(calls.at(-1)).toBe(method);
  });

  it.each(["closed", "taken"])("passes on the store's refusal %s, and reads no revocations", async (refusal) => {
    const { open, calls } = world({ faults: { open: async () => refusal } });
    expect(await open()).toBe(refusal);
    expect(calls).toEqual(["countLive", "open"]);
  });
});

function never(): never {
  throw new Error("the token has an id");
}
