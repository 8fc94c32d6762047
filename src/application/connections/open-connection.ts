import { type Connection, connectionExpiry } from "../../domain/connection/connection.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { ConnectionStore } from "../ports/connection-store.ts";

/** What the gateway and the authorizer say of a connection that is being opened. */
export type OpeningConnection = Omit<Connection, "expiresAt"> & { readonly tokenExpiresAt: EpochSeconds };

/** Remembers a connection. Anything but `stored` must refuse the handshake. Throws DependencyUnavailableError. */
export type OpenConnection = (opening: OpeningConnection) => Promise<"stored" | "closed" | "taken">;

export function makeOpenConnection(deps: { readonly connections: ConnectionStore }): OpenConnection {
  return ({ tokenExpiresAt, ...opening }) =>
    deps.connections.open({ ...opening, expiresAt: connectionExpiry(opening.connectedAt, tokenExpiresAt) });
}
