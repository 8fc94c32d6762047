import { describe } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../../src/adapters/in-memory/memory-subscription-store.ts";
import { describeSubscriptionStore } from "../../contracts/subscription-store.contract.ts";

describe("MemorySubscriptionStore", () => {
  describeSubscriptionStore({
    makeStores: () => {
      const connections = new MemoryConnectionStore();
      return { connections, subscriptions: new MemorySubscriptionStore(connections) };
    },
    whenDown: "in-process",
  });
});
