import { describe } from "vitest";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { describeConnectionStore } from "../../contracts/connection-store.contract.ts";

describe("MemoryConnectionStore", () => {
  describeConnectionStore({ makeStore: () => new MemoryConnectionStore(), whenDown: "in-process" });
});
