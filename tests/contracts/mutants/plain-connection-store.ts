import type { ConnectionStore, OpenOutcome, Page } from "../../../src/application/ports/connection-store.ts";
import {
  CLOSED_ID_SECONDS,
  type Connection,
  type ConnectionId,
  isExpired,
} from "../../../src/domain/connection/connection.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";

export type Row = { readonly connection?: Connection; readonly closedUntil?: EpochSeconds };

/** The port in its simplest form, with a separate step for each rule: a mutant breaks one of them. */
export class PlainConnectionStore implements ConnectionStore {
  protected readonly rows = new Map<string, Row>();
  readonly #pageSize: number;

  constructor(pageSize = 7) {
    this.#pageSize = pageSize;
  }

  async open(connection: Connection): Promise<OpenOutcome> {
    const conflict = this.conflict(connection);
    if (conflict === undefined) this.rows.set(connection.id, { connection });
    return conflict ?? "stored";
  }

  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.rows.set(id, { closedUntil: addSeconds(now, CLOSED_ID_SECONDS) });
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<Connection>> {
    const after = from === undefined ? undefined : this.readCursor(from);
    const shown = [...this.rows.values()].flatMap(({ connection }) =>
      connection && this.isOf(userId, connection) && this.isLive(connection, now) ? connection : [],
    );
    const rest = shown.filter(({ id }) => after === undefined || id > after).sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.page(rest);
  }

  /** Used by the subscription store. */
  find(id: ConnectionId): Connection | undefined {
    return this.rows.get(id)?.connection;
  }

  /** Used by the subscription store. */
  isOpen(id: ConnectionId, userId: UserId, now: EpochSeconds): boolean {
    const { connection } = this.rows.get(id) ?? {};
    return connection !== undefined && connection.identity.userId === userId && this.isLive(connection, now);
  }

  async liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    const found = [...new Set(ids)].flatMap((id) => this.rows.get(id)?.connection ?? []);
    return found.filter((connection) => this.isOf(userId, connection) && this.isLive(connection, now));
  }

  protected pageSize(): number {
    return this.#pageSize;
  }

  protected page(rest: readonly Connection[]): Page<Connection> {
    const items = rest.slice(0, this.pageSize());
    return { items, ...(rest.length > items.length && { next: `after ${items.at(-1)?.id}` }) };
  }

  protected conflict({ id, identity, connectedAt }: Connection): OpenOutcome | undefined {
    const { connection, closedUntil = 0 } = this.rows.get(id) ?? {};
    const now = toEpochSeconds(connectedAt);
    if (closedUntil > now) return "closed";
    if (connection === undefined || !this.isLive(connection, now)) return undefined;
    return connection.identity.userId === identity.userId ? "stored" : "taken";
  }

  protected isLive(connection: Connection, now: EpochSeconds): boolean {
    return !isExpired(connection, now);
  }

  protected isOf(userId: UserId, connection: Connection): boolean {
    return connection.identity.userId === userId;
  }

  protected readCursor(from: string): string {
    const id = /^after ([\w-]+=)$/.exec(from)?.[1];
    if (id === undefined) throw new MalformedInputError("MALFORMED_CURSOR");
    return id;
  }
}
