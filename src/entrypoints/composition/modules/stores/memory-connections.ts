import type { MemoryConnectionStore } from "../../../../adapters/in-memory/memory-connection-store.ts";
import { serviceId } from "../../services.ts";

/** The store behind several ports, and behind what `npm start` shows of a connection. */
export const memoryConnections = serviceId<MemoryConnectionStore>("MemoryConnectionStore");
