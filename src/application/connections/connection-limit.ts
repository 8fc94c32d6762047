import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { ConnectionStore } from "../ports/connection-store.ts";

/** The most live connections of one user, as far as the index knows them; 0 for no limit. */
export type ConnectionLimit = {
  readonly connections: Pick<ConnectionStore, "countLive">;
  readonly limit: number;
};

/**
 * False at the limit. Handshakes that overlap do not see each other, so that together they may exceed it. Throws
 * DependencyUnavailableError.
 */
export async function isBelowLimit(
  userId: UserId,
  now: EpochSeconds,
  besides: ConnectionId | undefined,
  { connections, limit }: ConnectionLimit,
): Promise<boolean> {
  return limit === 0 || (await connections.countLive(userId, now, besides, limit)) < limit;
}
