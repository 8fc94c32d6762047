import type { ConnectionStore, OpenOutcome, Page } from "../../application/ports/connection-store.ts";
import { CLOSED_ID_SECONDS, type Connection, type ConnectionId } from "../../domain/connection/connection.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import { MemoryTable } from "./memory-table.ts";

const PAGE_SIZE = 100;

/** The entry of one id: its connection, absent once it was closed, and the entities of its subscriptions. */
type Entry = {
  readonly connection?: Connection;
  readonly subscribed: Set<EntityId>;
  readonly expiresAt: EpochSeconds;
};

export type LiveRecord = { readonly connection: Connection; readonly subscribed: Set<EntityId> };

/** Stores the connections of one process, for `npm start` and tests. */
export class MemoryConnectionStore implements ConnectionStore {
  readonly #entries = new MemoryTable<Entry>(({ connection }) => connection?.identity.userId);
  readonly #pageSize: number;

  constructor(pageSize = PAGE_SIZE) {
    this.#pageSize = pageSize;
  }

  async open(connection: Connection): Promise<OpenOutcome> {
    const { id, identity, expiresAt } = connection;
    const found = this.#entries.find(id, toEpochSeconds(connection.connectedAt));
    if (found) return explainConflict(found, identity.userId);
    this.#entries.put(id, { connection, subscribed: new Set(), expiresAt });
    return "stored";
  }

  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.#entries.put(id, { subscribed: this.entitiesOf(id), expiresAt: addSeconds(now, CLOSED_ID_SECONDS) });
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

  /** The user's live connection with that id and the set of its entities, which the subscription store changes. */
  liveRecordOf(id: ConnectionId, userId: UserId, now: EpochSeconds): LiveRecord | undefined {
    const { connection, subscribed } = this.#entries.find(id, now) ?? {};
    return connection && subscribed && connection.identity.userId === userId ? { connection, subscribed } : undefined;
  }

  /** The entities of a connection, or those that it had when it was closed. For the subscription store. */
  entitiesOf(id: ConnectionId): Set<EntityId> {
    return this.#entries.peek(id)?.subscribed ?? new Set();
  }
}

function explainConflict({ connection }: Entry, userId: UserId): OpenOutcome {
  if (connection === undefined) return "closed";
  return connection.identity.userId === userId ? "stored" : "taken";
}
