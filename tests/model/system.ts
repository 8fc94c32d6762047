import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { ConnectionChannel } from "../../src/application/ports/connection-channel.ts";
import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { DeadLetters, DeliveryQueue } from "../../src/application/ports/delivery-queue.ts";
import type { SubscriptionStore } from "../../src/application/ports/subscription-store.ts";
import type { Deliver } from "../../src/application/push/notify.ts";

/** Small, so that a handful of subscribers are several pages. */
export const PAGE_SIZE = 2;

export type Ports = {
  readonly connections: ConnectionStore;
  readonly subscriptions: SubscriptionStore;
  readonly channel: ConnectionChannel;
  readonly queue: DeliveryQueue & DeadLetters;
};

/** The system under test: the stores, and the changes of a mutant between the use cases and their ports. */
export type System = {
  makeConnections(): MemoryConnectionStore;
  makeSubscriptions(connections: MemoryConnectionStore): MemorySubscriptionStore;
  wrapPorts(ports: Ports): Ports;
  wrapDelivery(deliver: Deliver): Deliver;
};

export const system: System = {
  makeConnections: () => new MemoryConnectionStore(PAGE_SIZE),
  makeSubscriptions: (connections) => new MemorySubscriptionStore(connections, PAGE_SIZE),
  wrapPorts: (ports) => ports,
  wrapDelivery: (deliver) => deliver,
};
