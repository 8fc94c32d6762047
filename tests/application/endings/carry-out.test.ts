import { describe, expect, it } from "vitest";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import { type EndSlot, slotIsOverAt } from "../../../src/domain/connection/ending.ts";
import type { AdminOrder, EndingOrder } from "../../../src/domain/connection/ending-order.ts";
import type { EndingPart, EndingTask } from "../../../src/domain/connection/ending-task.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EpochMillis, EpochSeconds } from "../../../src/domain/time.ts";
import type { Revocation } from "../../../src/domain/token/revocation.ts";
import { aUserId, tokenFacts } from "../../support/a-connection.ts";
import { EndingWorld, NOON_SECONDS } from "../../support/ending-world.ts";
import { NOON } from "../../support/notifications.ts";

const LONG_AGO = { connectedAt: (NOON - 60_000) as EpochMillis };
const SLOT = NOON_SECONDS as EndSlot;
const EVENT = { eventId: "event-1", orderedAt: NOON_SECONDS };

function slotTask(over: Partial<EndingTask> = {}): EndingTask {
  const part: EndingPart = { kind: "slots", from: SLOT, until: slotIsOverAt(SLOT) };
  return { order: { kind: "expiry" }, part, cut: 0, attempt: 0, ...over };
}

function event(order: AdminOrder): EndingTask {
  return { order, part: { kind: "event" }, cut: 0, attempt: 0 };
}

function revoking(revocation: Revocation, over: Partial<AdminOrder> = {}): AdminOrder {
  return { kind: "revocation", revocation, ...EVENT, ...over } as AdminOrder;
}

function disconnecting(userId: UserId, over: object = {}): AdminOrder {
  return { kind: "disconnection", userId, reconnect: false, ...EVENT, ...over };
}

async function worldAfterASlot(count: number, options = {}) {
  const world = new EndingWorld(options);
  const opened: Connection[] = [];
  for (let one = 0; one < count; one += 1) opened.push(await world.open(one % 10, LONG_AGO));
  world.time.advanceTo(NOON + 12_000);
  return { world, opened };
}

function closed(world: EndingWorld, connections: readonly Connection[]): readonly boolean[] {
  return connections.map(({ id }) => world.ender.isClosed(id));
}

describe("a slot", () => {
  it("is read in pages, and each connection of it is closed once", async () => {
    const { world, opened } = await worldAfterASlot(350, { pageSize: 30 });
    const report = await world.run(slotTask({ cut: 350 }));
    expect(report).toMatchObject({ outcome: { kind: "completed" }, ended: 350, deferred: 0 });
    expect(closed(world, opened)).not.toContain(false);
    expect(world.ender.requests).toHaveLength(700);
    expect(world.tasks.deferred).toEqual([]);
  });

  it("that needs more time than an invocation has is continued, and no connection is told twice", async () => {
    const { world, opened } = await worldAfterASlot(1000, { pageSize: 100 });
    const report = await world.run(slotTask(), { millisLeft: 3000 });
    expect(report.outcome).toEqual({ kind: "continued" });
    expect(report.ended).toBeLessThan(1000);
    await world.drain();
    expect(closed(world, opened)).not.toContain(false);
    expect(world.ender.requests).toHaveLength(2000);
  });

  it("gives its invocation back after a turn of three seconds, for an administrator's event that waits", async () => {
    const { world } = await worldAfterASlot(2000, { pageSize: 100 });
    const begun = world.time.now();
    const report = await world.run(slotTask(), { millisLeft: 45_000 });
    expect(report.outcome).toEqual({ kind: "continued" });
    // What was told in the turn is closed a second later, at the function's pace.
    expect(world.time.now() - begun).toBeLessThan(8_000);
    expect(world.tasks.deferred.filter(({ task }) => task.part.kind === "slots")).toMatchObject([{ delaySeconds: 0 }]);
  });

  it("is left alone while another task is at work on it", async () => {
    const { world, opened } = await worldAfterASlot(150, { pageSize: 100 });
    await world.run(slotTask(), { millisLeft: 1 });
    const [continuation] = world.tasks.deferred;
    const requests = world.ender.requests.length;
    expect(requests).toBeGreaterThan(0);
    expect(await world.run(slotTask())).toMatchObject({ outcome: { kind: "under-way" }, ended: 0 });
    expect(world.ender.requests).toHaveLength(requests);
    expect(continuation?.task.part).toMatchObject({ kind: "slots", page: "after-100" });
    await world.drain();
    expect(closed(world, opened)).not.toContain(false);
  });

  it("is finished by its message when that comes again after an interruption", async () => {
    const { world, opened } = await worldAfterASlot(5);
    for (const one of opened.slice(0, 3)) await world.connections.end(one, "TOKEN_EXPIRED", NOON_SECONDS);
    expect(await world.run(slotTask(), { isRepeated: true })).toMatchObject({ ended: 5 });
    expect(closed(world, opened)).not.toContain(false);
  });

  it("is finished also if that message cannot read it, and a later one has to", async () => {
    const { world, opened } = await worldAfterASlot(5);
    for (const one of opened.slice(0, 3)) await world.connections.end(one, "TOKEN_EXPIRED", NOON_SECONDS);
    const { endings } = world.deps;
    const candidatesIn = endings.candidatesIn.bind(endings);
    let faults = 1;
    endings.candidatesIn = async (slot, from) => {
      if (faults-- > 0) throw new DependencyUnavailableError("CONNECTION_STORE");
      return candidatesIn(slot, from);
    };
    await world.run(slotTask(), { isRepeated: true });
    await world.drain();
    expect(closed(world, opened)).not.toContain(false);
  });

  it("of connections that could not be closed leaves their names, for five seconds later and then ever longer", async () => {
    const { world, opened } = await worldAfterASlot(3);
    const [bad] = opened;
    world.ender.script = (id) => (id === bad?.id ? "throttled" : "delivered");
    const report = await world.run(slotTask({ cut: 3 }));
    expect(report).toMatchObject({ ended: 2, deferred: 1 });
    const named = { part: { kind: "named", ids: [bad?.id] }, attempt: 1, cut: 3 };
    expect(world.tasks.deferred).toMatchObject([{ task: named, delaySeconds: 5 }]);
    world.ender.script = () => "delivered";
    await world.drain();
    expect(closed(world, opened)).toEqual([true, true, true]);
  });

  it("with a socket that can neither be told nor closed ends as a dead letter with its reason", async () => {
    const { world, opened } = await worldAfterASlot(1);
    world.ender.script = () => "failed";
    await world.run(slotTask());
    await world.drain();
    expect(world.tasks.dead).toEqual([
      {
        task: slotTask({ part: { kind: "named", ids: opened.map(({ id }) => id) } }),
        reason: "ATTEMPTS_EXHAUSTED",
      },
    ]);
    expect(world.tasks.deferred.map(({ delaySeconds }) => delaySeconds)).toEqual([5, 15, 45, 135, 405]);
  });

  it("that cannot be read is tried again from the page that failed", async () => {
    const { world, opened } = await worldAfterASlot(25, { pageSize: 10 });
    const { endings } = world.deps;
    const candidatesIn = endings.candidatesIn.bind(endings);
    let faults = 1;
    endings.candidatesIn = async (slot, from) => {
      if (from === "after-20" && faults-- > 0) throw new DependencyUnavailableError("CONNECTION_STORE");
      return candidatesIn(slot, from);
    };
    const report = await world.run(slotTask());
    expect(report).toMatchObject({ outcome: { kind: "continued" }, ended: 20 });
    expect(world.tasks.deferred).toMatchObject([
      { task: { part: { kind: "slots", page: "after-20" }, attempt: 1 }, delaySeconds: 5 },
    ]);
    await world.drain();
    expect(closed(world, opened)).not.toContain(false);
  });

  it("attack:I4 with a cursor that no store has issued is a dead letter at once", async () => {
    const { world } = await worldAfterASlot(1);
    const part: EndingPart = { kind: "slots", from: SLOT, until: slotIsOverAt(SLOT), page: "forged" };
    const report = await world.run(slotTask({ part }));
    expect(report.outcome).toEqual({ kind: "dead-lettered", reason: "MALFORMED_PAGE" });
    expect(world.tasks.dead).toEqual([{ task: slotTask({ part }), reason: "MALFORMED_PAGE" }]);
  });

  it("whose time is over before it begins does not return for ever", async () => {
    const { world } = await worldAfterASlot(1);
    let rounds = 0;
    for (let next: EndingTask | undefined = slotTask(); next; next = world.tasks.deferred.shift()?.task) {
      await world.run(next, { millisLeft: 0 });
      rounds += 1;
    }
    expect(rounds).toBe(6);
    expect(world.tasks.dead).toMatchObject([{ reason: "ATTEMPTS_EXHAUSTED" }]);
  });

  it("returns to its queue if what is left cannot be handed on", async () => {
    const { world } = await worldAfterASlot(1);
    world.ender.script = () => "failed";
    world.tasks.outages = Number.POSITIVE_INFINITY;
    await expect(world.run(slotTask())).rejects.toThrow("ADMIN_QUEUE");
  });
});

describe("the revocation of a user's tokens", () => {
  const revokeUser = (userId: UserId, issuedBefore = NOON_SECONDS) =>
    event(revoking({ kind: "user", userId, issuedBefore }, { reason: "laptop stolen" }));

  it("fault:M8 refuses new handshakes and ends the open sockets within five seconds", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const opened = await world.openOf(userId, 12);
    const other = await world.open(3600, LONG_AGO);
    const report = await world.run(revokeUser(userId));
    expect(report).toMatchObject({ outcome: { kind: "completed" }, ended: 12 });
    expect(world.time.now() - NOON).toBeLessThan(5000);
    expect(closed(world, [...opened, other])).toEqual([...opened.map(() => true), false]);
    const frame = { type: "disconnect", code: "TOKEN_REVOKED", reconnect: true, retryWithin: 0 };
    expect(world.ender.framesOf(opened[0]?.id as never)).toEqual([{ ...frame, reason: "laptop stolen" }]);
    const holder = { userId, token: tokenFacts({ issuedAt: NOON_SECONDS }) };
    expect(await world.revocations.concerning(holder)).toMatchObject([{ kind: "user", issuedBefore: NOON_SECONDS }]);
  });

  it("is remembered for as long as a revoked token could live, and a minute", async () => {
    const world = new EndingWorld();
    const kept: number[] = [];
    world.deps.revocations.add = async (_revocation, keepUntil) => {
      kept.push(keepUntil - NOON_SECONDS);
    };
    const userId = aUserId();
    await world.run(revokeUser(userId));
    await world.run(revokeUser(userId, (NOON_SECONDS + 45) as EpochSeconds));
    await world.run(revokeUser(userId, (NOON_SECONDS - 4500) as EpochSeconds));
    await world.run(event(revoking({ kind: "token", userId, tokenId: "t" as never })));
    expect(kept).toEqual([86_460, 86_505, 86_460, 86_460]);
  });

  it("spares tokens that were issued later, and ends those without iat", async () => {
    const world = new EndingWorld();
    const identity = { userId: aUserId() };
    const later = { issuedAt: (NOON_SECONDS + 1) as EpochSeconds };
    const spared = await world.open(3600, { ...LONG_AGO, identity, facts: later });
    const { issuedAt: _, ...without } = tokenFacts({ expiresAt: (NOON_SECONDS + 3600) as EpochSeconds });
    const ended = await world.open(3600, { ...LONG_AGO, identity, token: without });
    await world.run(revokeUser(identity.userId));
    expect(closed(world, [spared, ended])).toEqual([false, true]);
  });

  it("ends one token by its id, and no other of the user", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const [one, other] = await world.openOf(userId, 2);
    if (!one?.token.tokenId || !other) throw new Error("no connections");
    await world.run(event(revoking({ kind: "token", userId, tokenId: one.token.tokenId })));
    expect(closed(world, [one, other])).toEqual([true, false]);
  });

  it("reads the index again after 1, 3 and 10 s, for connections that were just opening", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    await world.run(revokeUser(userId));
    const again = world.tasks.deferred.map(({ task, delaySeconds }) => [task.part.kind, delaySeconds]);
    expect(again).toEqual([
      ["user", 1],
      ["user", 3],
      ["user", 10],
    ]);
    const late = await world.openOf(userId, 1);
    await world.drain();
    expect(closed(world, late)).toEqual([true]);
  });

  it("closes what an interrupted invocation has claimed, though no index names it any more", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const opened = await world.openOf(userId, 3);
    world.ender.script = () => new Promise(() => undefined);
    // The invocation ends here, in the middle of its first frame.
    await expect(world.run(revokeUser(userId))).rejects.toThrow("nothing is under way");
    world.ender.script = () => "delivered";
    await world.drain();
    expect(closed(world, opened)).toEqual([true, true, true]);
  });

  it("may come twice, in any order with an older one, and does no harm", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const opened = await world.openOf(userId, 2);
    const tasks = [revokeUser(userId), revokeUser(userId, (NOON_SECONDS - 4000) as EpochSeconds), revokeUser(userId)];
    for (const task of tasks) await world.run(task);
    await world.drain();
    expect(closed(world, opened)).toEqual([true, true]);
    const delivered = world.ender.requests.filter(({ outcome }) => outcome === "delivered");
    expect(delivered).toHaveLength(4);
    const holder = { userId, token: tokenFacts() };
    expect(await world.revocations.concerning(holder)).toMatchObject([{ issuedBefore: NOON_SECONDS }]);
  });

  it("is tried again after five seconds if the list cannot be written, before any socket is touched", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const opened = await world.openOf(userId, 1);
    const { revocations } = world.deps;
    const add = revocations.add.bind(revocations);
    let faults = 1;
    revocations.add = async (...call) => {
      if (faults-- > 0) throw new DependencyUnavailableError("CONNECTION_STORE");
      return add(...call);
    };
    await world.run(revokeUser(userId));
    expect(world.ender.requests).toEqual([]);
    expect(world.tasks.deferred).toMatchObject([{ task: { part: { kind: "event" }, attempt: 1 }, delaySeconds: 5 }]);
    await world.drain();
    expect(closed(world, opened)).toEqual([true]);
  });

  it("tells the clients of a cut over how long to come back", async () => {
    const world = new EndingWorld({ pageSize: 100 });
    const userId = aUserId();
    const opened = await world.openOf(userId, 450);
    await world.run(revokeUser(userId));
    await world.drain();
    expect(closed(world, opened)).not.toContain(false);
    expect(world.ender.framesOf(opened.at(-1)?.id as never)).toMatchObject([{ retryWithin: 2 }]);
  });
});

describe("the revocation of an issuer's tokens", () => {
  const revokeIssuer = event(revoking({ kind: "issuer", issuer: issuerId("portcullis"), issuedBefore: NOON_SECONDS }));

  it("ends all of its connections, whichever slot they end in, and no other issuer's", async () => {
    const world = new EndingWorld({ pageSize: 50 });
    const opened: Connection[] = [];
    for (let one = 0; one < 300; one += 1) opened.push(await world.open(1 + one * 23.9, LONG_AGO));
    opened.push(await world.open(99_999));
    const other = await world.open(100, { ...LONG_AGO, facts: { issuer: issuerId("https://other.example") } });
    await world.run(revokeIssuer);
    await world.drain();
    expect(closed(world, opened)).not.toContain(false);
    expect(closed(world, [other])).toEqual([false]);
    expect(world.ender.framesOf(opened[0]?.id as never)).toEqual([
      { type: "disconnect", code: "TOKEN_REVOKED", reconnect: true, retryWithin: 1 },
    ]);
    expect(world.ender.requests).toHaveLength(2 * 301);
  });

  it("is divided among several invocations if it is large", async () => {
    const world = new EndingWorld();
    for (let one = 0; one < 6000; one += 1) await world.open(600 + one, LONG_AGO);
    await world.run(revokeIssuer);
    const parts = world.tasks.deferred.filter(({ task }) => task.part.kind === "slots").map(({ task }) => task);
    expect(parts.map(({ cut }) => cut)).toEqual([6000, 6000, 6000]);
    expect(world.tasks.deferred[0]).toMatchObject({ task: { part: { kind: "issuer" } }, delaySeconds: 10 });
  });

  describe("and a connection whose end has left the slots that are read, as after a renewal that was taken back", () => {
    const ofSlot = slotTask({ order: revokeIssuer.order });

    /** The index shows both in the slot, until `catchUp`. The end of the second is in a later one. */
    async function worldOfTwo() {
      const world = new EndingWorld();
      const [inSlot, moved] = [await world.open(5, LONG_AGO), await world.open(500, LONG_AGO)];
      const { endings } = world.deps;
      const candidatesIn = endings.candidatesIn.bind(endings);
      const items = [inSlot, moved].map(({ id }) => ({ id, ends: "connection" as const }));
      endings.candidatesIn = async () => ({ items });
      const catchUp = () => Object.assign(endings, { candidatesIn });
      return { world, inSlot, moved, catchUp };
    }

    it("closes it after an interruption, though the message does not find it again", async () => {
      const { world, inSlot, moved, catchUp } = await worldOfTwo();
      world.ender.script = () => new Promise(() => undefined);
      await expect(world.run(ofSlot)).rejects.toThrow("nothing is under way");
      expect(await world.connections.inspect([moved.id], NOON_SECONDS)).toMatchObject([{ kind: "ended" }]);

      world.ender.script = () => "delivered";
      catchUp();
      await world.run(ofSlot, { isRepeated: true });
      expect(closed(world, [inSlot, moved])).toEqual([true, false]);
      await world.drain();
      expect(closed(world, [inSlot, moved])).toEqual([true, true]);
    });

    it("claims none if it cannot be named, and the task returns to its queue", async () => {
      const { world, inSlot, moved } = await worldOfTwo();
      world.tasks.outages = 2;

      await expect(world.run(ofSlot)).rejects.toThrow(DependencyUnavailableError);

      expect(closed(world, [inSlot, moved])).toEqual([false, false]);
      const kinds = await world.connections.inspect([inSlot.id, moved.id], NOON_SECONDS);
      expect(kinds.map(({ kind }) => kind)).toEqual(["open", "open"]);
    });

    it("closes the others that an interrupted invocation has claimed, also if it cannot be named", async () => {
      const { world, inSlot, moved } = await worldOfTwo();
      await world.connections.end(inSlot, "TOKEN_REVOKED", NOON_SECONDS);
      world.tasks.outages = 1;

      await world.run(ofSlot, { isRepeated: true });

      expect(closed(world, [inSlot, moved])).toEqual([true, false]);
      await world.drain();
      expect(closed(world, [inSlot, moved])).toEqual([true, true]);
    });
  });

  it("looks a second time, for connections that were just opening", async () => {
    const world = new EndingWorld();
    await world.run(revokeIssuer);
    const late = await world.open(3600, LONG_AGO);
    await world.drain();
    expect(closed(world, [late])).toEqual([true]);
  });
});

describe("the disconnection of a user", () => {
  it("ends all connections but the one that is excepted, and refuses no later handshake", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const opened = await world.openOf(userId, 3);
    const order = disconnecting(userId, { exceptConnectionId: opened[1]?.id });
    await world.run(event(order));
    expect(closed(world, opened)).toEqual([true, false, true]);
    expect(await world.revocations.concerning({ userId, token: tokenFacts() })).toEqual([]);
  });

  it("spares a client that came back after it, also when the index is read again or the event comes late", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    await world.run(event(disconnecting(userId, { reconnect: true })));
    const back = await world.open(3600, { connectedAt: (NOON + 1000) as EpochMillis, identity: { userId } });
    await world.drain();
    world.time.advanceTo(NOON + 3000_000);
    await world.run(event(disconnecting(userId)));
    expect(closed(world, [back])).toEqual([false]);
  });

  it("ends a connection of the same second: the event's time has no fraction", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const same = await world.open(3600, { connectedAt: (NOON + 999) as EpochMillis, identity: { userId } });
    world.time.advanceTo(NOON + 12_000);
    await world.run(event(disconnecting(userId)));
    expect(closed(world, [same])).toEqual([true]);
  });

  it("is never too old", async () => {
    const world = new EndingWorld();
    const userId = aUserId();
    const opened = await world.openOf(userId, 1);
    world.time.advanceTo(NOON + 3_000_000);
    await world.run(event(disconnecting(userId)));
    expect(closed(world, opened)).toEqual([true]);
  });
});

describe("an order", () => {
  it("that ended a connection ends no other user's", async () => {
    const world = new EndingWorld();
    const opened = await world.openOf(aUserId(), 2);
    const order: EndingOrder = disconnecting(aUserId());
    const part: EndingPart = { kind: "named", ids: opened.map(({ id }) => id) };
    await world.run({ order, part, cut: 0, attempt: 0 });
    expect(closed(world, opened)).toEqual([false, false]);
  });
});
