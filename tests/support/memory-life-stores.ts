import { MemoryAdministeredAccess } from "../../src/adapters/in-memory/memory-administered-access.ts";
import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { LifeStores } from "./life-stores.ts";

/** Every store of one process that a connection's end concerns. */
export function memoryLifeStores(): LifeStores {
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const administered = new MemoryAdministeredAccess();
  return {
    connections,
    subscriptions,
    renewals: connections,
    endings: connections,
    reviews: subscriptions,
    administered,
  };
}
