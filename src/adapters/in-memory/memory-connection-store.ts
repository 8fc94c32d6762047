import type { ConnectionStore, Page } from "../../application/ports/connection-store.ts";
import { CLOSED_ID_SECONDS, type Connection, type ConnectionId } from "../../domain/connection/connection.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import { MemoryTable } from "./memory-table.ts";

const PAGE_SIZE = 100;

/** What is remembered of an id: its connection, or without one, that it was closed. And what it follows. */
type Entry = {
  readonly connection?: Connection;
  readonly following: Set<EntityId>;
  readonly expiresAt: EpochSeconds;
};

/** For one process: the local runtime and tests. */
export class MemoryConnectionStore implements ConnectionStore {
  readonly #entries = new MemoryTable<Entry>(({ connection }) => connection?.identity.userId);
  readonly #pageSize: number;

  constructor(pageSize = PAGE_SIZE) {
    this.#pageSize = pageSize;
  }

  async open(connection: Connection): Promise<"stored" | "closed" | "taken"> {
    const { id, identity, expiresAt } = connection;
    const found = this.#entries.find(id, toEpochSeconds(connection.connectedAt));
    if (found) return judgeObstacle(found, identity.userId);
    this.#entries.put(id, { connection, following: new Set(), expiresAt });
    return "stored";
  }

  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.#entries.put(id, { following: this.takenUp(id), expiresAt: addSeconds(now, CLOSED_ID_SECONDS) });
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<Connection>> {
    const { items, ...rest } = this.#entries.page(userId, now, this.#pageSize, from);
    return { items: items.flatMap(({ connection }) => connection ?? []), ...rest };
  }

  async liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    const found = [...new Set(ids)].flatMap((id) => this.#entries.find(id, now)?.connection ?? []);
    return found.filter(({ identity }) => identity.userId === userId);
  }

  /** For the store of subscriptions: what the user's live connection of that id follows, to be added to. */
  followingOf(id: ConnectionId, userId: UserId, now: EpochSeconds): Set<EntityId> | undefined {
    const entry = this.#entries.find(id, now);
    return entry?.connection?.identity.userId === userId ? entry.following : undefined;
  }

  /** For the store of subscriptions: the entities that the id follows, or followed when it was closed. */
  takenUp(id: ConnectionId): Set<EntityId> {
    return this.#entries.peek(id)?.following ?? new Set();
  }
}

function judgeObstacle({ connection }: Entry, userId: UserId): "stored" | "closed" | "taken" {
  if (connection === undefined) return "closed";
  return connection.identity.userId === userId ? "stored" : "taken";
}
