import { MemoryRevocationList } from "../../src/adapters/in-memory/memory-revocation-list.ts";
import { makeOpenConnection } from "../../src/application/connections/open-and-close.ts";
import type { ConnectionStore } from "../../src/application/ports/connection-store.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type { Clock } from "../../src/application/ports/system.ts";

/** Opens connections over these stores, with the template's limit unless a test says another. */
export function openConnectionOver(deps: {
  readonly connections: ConnectionStore;
  readonly clock: Clock;
  readonly revocations?: RevocationList;
  readonly limit?: number;
}) {
  return makeOpenConnection({ revocations: new MemoryRevocationList(), limit: 50, ...deps });
}
