import type { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import type { TaskToCarryOut } from "../../src/application/endings/carry-out.ts";
import type { ConnectionEnder } from "../../src/application/ports/connection-ender.ts";
import type { Page } from "../../src/application/ports/connection-store.ts";
import type { PostOutcome } from "../../src/domain/notification/post-outcome.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";
import { sentBy } from "../support/prepared-push.ts";
import type { Connections } from "./lagging-connections.ts";
import { PAGE_SIZE, type Ports, type System, system } from "./system.ts";

export function withConnections(Store: typeof MemoryConnectionStore): System {
  return { ...system, makeConnections: () => new Store(PAGE_SIZE) };
}

export function withPorts(wrapPorts: System["wrapPorts"]): System {
  return { ...system, wrapPorts };
}

export function withStores(
  changeSubscriptions: (store: Ports["subscriptions"]) => Partial<Ports["subscriptions"]>,
  changeConnections: (store: Ports["connections"]) => Partial<Ports["connections"]> = () => ({}),
): System {
  return withPorts((ports) => ({
    ...ports,
    subscriptions: { ...ports.subscriptions, ...changeSubscriptions(ports.subscriptions) },
    connections: { ...ports.connections, ...changeConnections(ports.connections) },
  }));
}

export function withRevocations(change: (list: Ports["revocations"]) => Partial<Ports["revocations"]>): System {
  return withPorts((ports) => ({ ...ports, revocations: { ...ports.revocations, ...change(ports.revocations) } }));
}

export function withTasks(change: (tasks: Ports["tasks"]) => Partial<Ports["tasks"]>): System {
  return withPorts((ports) => ({ ...ports, tasks: { ...ports.tasks, ...change(ports.tasks) } }));
}

export function withEnder(change: (ender: ConnectionEnder) => Partial<ConnectionEnder>): System {
  return withPorts((ports) => ({ ...ports, ender: { ...ports.ender, ...change(ports.ender) } }));
}

/** Changes each task before it is carried out. */
export function withTask(change: (toCarryOut: TaskToCarryOut) => TaskToCarryOut): System {
  return { ...system, wrapCarryOut: (carryOut) => (toCarryOut) => carryOut(change(toCarryOut)) };
}

export function withConnectionPort(change: (connections: Connections) => Partial<Connections>): System {
  return withStores(() => ({}), change);
}

export function withQueue(change: (queue: Ports["queue"]) => Partial<Ports["queue"]>): System {
  return withPorts((ports) => ({ ...ports, queue: { ...ports.queue, ...change(ports.queue) } }));
}

export function withOutcome(change: (outcome: PostOutcome) => PostOutcome): System {
  return withPorts((ports) => ({
    ...ports,
    channel: {
      prepare: (notification) =>
        sentBy(ports.channel.prepare(notification), (send) => async (id) => change(await send(id))),
    },
  }));
}

type Dated = { readonly connectedAt: EpochMillis; readonly expiresAt: EpochSeconds };

/** Changes all reads of an audience: pages and named recipients. */
export function withPages(change: <T extends Dated>(page: Page<T>) => Page<T>): System {
  return withStores(
    (store) => ({
      subscribersOf: async (...query) => change(await store.subscribersOf(...query)),
      subscribersAmong: async (...query) => change({ items: await store.subscribersAmong(...query) }).items,
    }),
    (store) => ({
      liveConnectionsOf: async (...query) => change(await store.liveConnectionsOf(...query)),
      liveConnectionsAmong: async (...query) => change({ items: await store.liveConnectionsAmong(...query) }).items,
    }),
  );
}
