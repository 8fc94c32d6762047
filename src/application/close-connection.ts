import type { ConnectionId } from "../domain/connection/connection-id.ts";
import { toEpochSeconds } from "../domain/time.ts";
import type { Clock } from "./ports/clock.ts";
import type { ConnectionStore } from "./ports/connection-store.ts";

/** Forgets a connection, however often and in whatever order it is told. Throws DependencyUnavailableError. */
export type CloseConnection = (id: ConnectionId) => Promise<void>;

export function makeCloseConnection(deps: {
  readonly connections: ConnectionStore;
  readonly clock: Clock;
}): CloseConnection {
  return (id) => deps.connections.close(id, toEpochSeconds(deps.clock.now()));
}
