import { newEndingTally } from "../../src/application/endings/ending-report.ts";
import { DependencyUnavailableError } from "../../src/application/errors.ts";
import type { EndingOrder } from "../../src/domain/connection/ending-order.ts";
import type { EndingTask } from "../../src/domain/connection/ending-task.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds } from "../../src/domain/time.ts";
import type { TokenHolder } from "../../src/domain/token/revocation.ts";
import {
  EndingByTheFirstToken,
  EndingOnPaper,
  KeepingTheLastRevocation,
  LettingAnyRenewalWin,
  RenewingForAnyUser,
  RenewingOnPaper,
  WithoutReasons,
} from "./mutant-stores.ts";
import type { Mutant } from "./mutants.ts";
import {
  withConnectionPort,
  withConnections,
  withEnder,
  withPorts,
  withRevocations,
  withTask,
  withTasks,
} from "./mutations.ts";
import { type System, system } from "./system.ts";
import { secretOfKey, userIdIn } from "./tokens.ts";

const FAREWELL_MILLIS = 1000;
const LATE_SECONDS = 20;

/** The list of revocations is read before the record is written. */
const readingTheListBeforeTheWrite: System["wrapPorts"] = (ports) => {
  const { connections, revocations } = ports;
  let early: ReturnType<typeof revocations.concerning> | undefined;
  return {
    ...ports,
    connections: {
      ...connections,
      async open(connection, grants) {
        const holder: TokenHolder = { userId: connection.identity.userId, token: connection.token };
        early = revocations.concerning(holder);
        await early;
        return connections.open(connection, grants);
      },
    },
    revocations: { ...revocations, concerning: (holder) => early ?? revocations.concerning(holder) },
  };
};

/** A renewal reads the list before its write, and believes after it what it read then. */
const readingTheListOnce: System["wrapPorts"] = (ports) => {
  const { revocations } = ports;
  let first: ReturnType<typeof revocations.concerning> | undefined;
  return {
    ...ports,
    revocations: {
      ...revocations,
      concerning: (holder) => {
        first ??= revocations.concerning(holder);
        return first;
      },
    },
  };
};

function withOrder(change: (order: EndingOrder) => EndingOrder): System {
  return withTask((toCarryOut) => ({
    ...toCarryOut,
    task: { ...toCarryOut.task, order: change(toCarryOut.task.order) },
  }));
}

/** Only tasks that pass are handed to a later invocation. */
function handingOn(passes: (task: EndingTask, delaySeconds: number) => boolean): System {
  return withTasks((tasks) => ({
    defer: (delayed) => tasks.defer(delayed.filter(({ task, delaySeconds }) => passes(task, delaySeconds))),
  }));
}

/** An administrator's event that comes late is passed over. */
const droppingLateEvents: System = {
  ...system,
  wrapCarryOut: (carryOut, clock) => async (toCarryOut) => {
    const { order, part } = toCarryOut.task;
    const isLate = "orderedAt" in order && clock.now() / 1000 - order.orderedAt > LATE_SECONDS;
    if (part.kind !== "event" || !isLate) return carryOut(toCarryOut);
    return { outcome: { kind: "completed" }, ...newEndingTally() };
  },
};

/** Broken versions of the rules about the lives of tokens, each with the invariant that has to find it. */
export const lifeMutants: readonly Mutant[] = [
  {
    breaks: "inv:3",
    what: "a recipient whose end has passed is dropped without a look at its record",
    system: { ...system, wrapFanOut: (fanOut) => (order) => fanOut({ ...order, findAgain: async () => undefined }) },
  },
  {
    breaks: "inv:3",
    what: "the index passes over connections that its copy says have ended",
    system: { ...system, lookedUpSeconds: 0 },
  },
  { breaks: "inv:5", what: "an end that the store does not write", system: withConnections(EndingOnPaper) },
  {
    breaks: "inv:13",
    what: "a swallowed 429 for a DELETE",
    system: withEnder((ender) => ({
      disconnect: async (id) => {
        const outcome = await ender.disconnect(id);
        return outcome === "throttled" ? "delivered" : outcome;
      },
    })),
  },
  { breaks: "inv:13", what: "no dead letters of tasks", system: withTasks(() => ({ giveUp: async () => undefined })) },
  {
    breaks: "inv:13",
    what: "connections that could not be closed are named nowhere",
    system: handingOn(({ part }) => part.kind !== "named"),
  },
  {
    breaks: "inv:13",
    what: "a swallowed failure to defer a task",
    system: withTasks((tasks) => ({ defer: (delayed) => tasks.defer(delayed).catch(() => undefined) })),
  },
  {
    breaks: "inv:13",
    what: "an interrupted invocation's connections are left to it for ever",
    system: withTask((toCarryOut) => ({ ...toCarryOut, isRepeated: false })),
  },
  {
    breaks: "inv:20",
    what: "a renewed connection ends by its old end",
    system: withConnections(EndingByTheFirstToken),
  },
  { breaks: "inv:20", what: "a renewal that the store does not write", system: withConnections(RenewingOnPaper) },
  {
    breaks: "inv:20",
    what: "sockets are closed whose connections were not ended",
    system: withConnectionPort(() => ({ end: async () => true })),
  },
  {
    breaks: "inv:20",
    what: "the schedule looks at each slot once",
    system: {
      ...system,
      wrapPorts: (ports, clock) => ({
        ...ports,
        connections: {
          ...ports.connections,
          countIn: async (slot) => (slot < clock.now() / 1000 + 60 ? 0 : ports.connections.countIn(slot)),
        },
      }),
    },
  },
  {
    breaks: "inv:21",
    what: "the previous key is forgotten",
    system: {
      ...system,
      wrapSecrets: (secrets) => ({
        ...secrets,
        read: async () => [(await secrets.read())[0]],
        reread: async () => [(await secrets.reread())[0]],
      }),
    },
  },
  {
    breaks: "inv:21",
    what: "old keys count for ever",
    system: {
      ...system,
      wrapSecrets: (secrets, keys) => ({
        ...secrets,
        reread: async () => [...(await secrets.reread()), ...keys.map((_, key) => secretOfKey(key))],
      }),
    },
  },
  {
    breaks: "inv:21",
    what: "a rotation is not noticed before the memory is old",
    system: { ...system, wrapSecrets: (secrets) => ({ ...secrets, reread: secrets.read }) },
  },
  {
    breaks: "inv:23",
    what: "another user's token renews a connection",
    system: {
      ...withConnections(RenewingForAnyUser),
      wrapRenewal: (renew) => (presented) => renew({ ...presented, userId: userIdIn(presented.token) as UserId }),
    },
  },
  {
    breaks: "inv:23",
    what: "another issuer's token renews a connection",
    system: {
      ...system,
      wrapRenewal:
        (renew) =>
        ({ issuer: _, ...presented }) =>
          renew(presented),
    },
  },
  { breaks: "inv:23", what: "a late renewal undoes a newer one", system: withConnections(LettingAnyRenewalWin) },
  {
    breaks: "inv:23",
    what: "a refused renewal is not taken back",
    system: withConnectionPort(() => ({ takeBack: async () => undefined })),
  },
  {
    breaks: "inv:24",
    what: "a list that is not read",
    system: withRevocations(() => ({ concerning: async () => [] })),
  },
  {
    breaks: "inv:24",
    what: "a handshake reads the list before its write",
    system: withPorts(readingTheListBeforeTheWrite),
  },
  { breaks: "inv:24", what: "a renewal reads the list before its write", system: withPorts(readingTheListOnce) },
  {
    breaks: "inv:24",
    what: "a list that cannot be read counts as empty",
    system: withRevocations((list) => ({
      concerning: (holder) =>
        list.concerning(holder).catch((thrown: unknown) => {
          if (thrown instanceof DependencyUnavailableError) return [];
          throw thrown;
        }),
    })),
  },
  {
    breaks: "inv:24",
    what: "an older revocation takes a newer one back",
    system: { ...system, makeRevocations: () => new KeepingTheLastRevocation() },
  },
  {
    breaks: "inv:24",
    what: "a revocation of later tokens too",
    system: withOrder((order) => {
      if (order.kind !== "revocation" || order.revocation.kind === "token") return order;
      const issuedBefore = addSeconds(order.revocation.issuedBefore, 10_000);
      return { ...order, revocation: { ...order.revocation, issuedBefore } };
    }),
  },
  {
    breaks: "inv:24",
    what: "the index is not read again for connections that were just opening",
    system: handingOn(({ part }, delaySeconds) => part.kind !== "user" || delaySeconds === 0),
  },
  {
    breaks: "inv:25",
    what: "the socket is closed at once after the last frame",
    system: {
      ...system,
      wrapTimer: (timer) => ({ after: (millis, task) => timer.after(millis < FAREWELL_MILLIS ? millis : 0, task) }),
    },
  },
  {
    breaks: "inv:25",
    what: "no last frame",
    system: withEnder(() => ({ prepareLastFrame: () => async () => "delivered" })),
  },
  {
    breaks: "inv:25",
    what: "a last frame with the wrong code",
    system: withEnder((ender) => ({
      prepareLastFrame: (ending) => ender.prepareLastFrame({ ...ending, code: "DISCONNECTED" }),
    })),
  },
  {
    breaks: "inv:25",
    what: "a client is told to reconnect against the administrator's will",
    system: withOrder((order) => (order.kind === "disconnection" ? { ...order, reconnect: !order.reconnect } : order)),
  },
  { breaks: "inv:25", what: "answers after an end do not say why", system: withConnections(WithoutReasons) },
  {
    breaks: "inv:26",
    what: "the excepted connection is disconnected",
    system: withOrder((order) => {
      if (order.kind !== "disconnection") return order;
      const { exceptConnectionId: _, ...all } = order;
      return all;
    }),
  },
  {
    breaks: "inv:26",
    what: "a connection is disconnected that was opened after the event",
    system: withOrder((order) =>
      order.kind === "disconnection" ? { ...order, orderedAt: addSeconds(order.orderedAt, 10_000) } : order,
    ),
  },
  { breaks: "inv:26", what: "a late event is dropped", system: droppingLateEvents },
];
