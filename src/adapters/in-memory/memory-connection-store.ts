import type { ConnectionStore, Page } from "../../application/ports/connection-store.ts";
import { CLOSED_ID_SECONDS, type Connection, isExpired } from "../../domain/connection/connection.ts";
import type { ConnectionId } from "../../domain/connection/connection-id.ts";
import type { UserId } from "../../domain/identity/user-id.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import { pageAfter } from "./page-after.ts";

const PAGE_SIZE = 100;

/** How often, in the store's own time, expired records and tombstones are looked for: what bounds its memory. */
const COLLECTION_SECONDS = 60;

/** For one process: the local runtime and tests. */
export class MemoryConnectionStore implements ConnectionStore {
  readonly #open = new Map<ConnectionId, Connection>();
  readonly #byUser = new Map<UserId, Set<ConnectionId>>();
  readonly #tombstones = new Map<ConnectionId, { readonly expiresAt: EpochSeconds }>();
  #nextCollection = 0;

  async open(connection: Connection): Promise<"stored" | "closed" | "taken"> {
    const now = toEpochSeconds(connection.connectedAt);
    this.#collect(now);
    if (this.#tombstones.has(connection.id)) return "closed";
    const found = this.#open.get(connection.id);
    if (found && !isExpired(found, now)) {
      return found.identity.userId === connection.identity.userId ? "stored" : "taken";
    }
    this.#forget(connection.id);
    this.#open.set(connection.id, connection);
    this.#idsOf(connection.identity.userId).add(connection.id);
    return "stored";
  }

  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.#collect(now);
    this.#forget(id);
    this.#tombstones.set(id, { expiresAt: addSeconds(now, CLOSED_ID_SECONDS) });
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<Connection>> {
    const live = [...(this.#byUser.get(userId) ?? [])].flatMap((id) => this.#open.get(id) ?? []);
    return pageAfter(
      live.filter((connection) => !isExpired(connection, now)),
      ({ id }) => id,
      PAGE_SIZE,
      from,
    );
  }

  #idsOf(userId: UserId): Set<ConnectionId> {
    const ids = this.#byUser.get(userId) ?? new Set();
    this.#byUser.set(userId, ids);
    return ids;
  }

  #forget(id: ConnectionId): void {
    const userId = this.#open.get(id)?.identity.userId;
    this.#open.delete(id);
    if (userId === undefined) return;
    const ids = this.#idsOf(userId);
    ids.delete(id);
    if (ids.size === 0) this.#byUser.delete(userId);
  }

  #collect(now: EpochSeconds): void {
    if (now < this.#nextCollection) return;
    this.#nextCollection = now + COLLECTION_SECONDS;
    for (const [id, connection] of this.#open) if (isExpired(connection, now)) this.#forget(id);
    for (const [id, tombstone] of this.#tombstones) if (isExpired(tombstone, now)) this.#tombstones.delete(id);
  }
}
