import type { ConnectionRenewals, Renewal, RenewOutcome } from "../../../src/application/ports/connection-renewals.ts";
import type {
  Absence,
  ConnectionStore,
  ListedConnection,
  OpenOutcome,
  Page,
} from "../../../src/application/ports/connection-store.ts";
import type { EndingConnections, InspectedConnection } from "../../../src/application/ports/ending-connections.ts";
import {
  CLOSED_ID_SECONDS,
  type Connection,
  type ConnectionId,
  connectionExpiry,
  isExpired,
} from "../../../src/domain/connection/connection.ts";
import { type EndingCode, type EndSlot, endSlot, expiryCode } from "../../../src/domain/connection/ending.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import { isSameToken, type TokenFacts } from "../../../src/domain/token/token-facts.ts";

export type Row = {
  readonly connection?: Connection;
  readonly closedUntil?: EpochSeconds;
  readonly ended?: { readonly userId: UserId; readonly token: TokenFacts; readonly code: EndingCode };
  readonly endedAt?: EpochSeconds;
  /** As an index has it, which keeps closed connections. */
  readonly slot?: EndSlot;
};

/** The port in its simplest form, with a separate step for each rule: a mutant breaks one of them. */
export class PlainConnectionStore implements ConnectionStore, ConnectionRenewals, EndingConnections {
  protected readonly rows = new Map<string, Row>();
  readonly #pageSize: number;

  constructor(pageSize = 7) {
    this.#pageSize = pageSize;
  }

  async open(connection: Connection): Promise<OpenOutcome> {
    const conflict = this.conflict(connection);
    if (conflict === undefined) this.put(connection);
    return conflict ?? "stored";
  }

  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    const { slot } = this.rows.get(id) ?? {};
    this.rows.set(id, { closedUntil: addSeconds(now, CLOSED_ID_SECONDS), ...(slot !== undefined && { slot }) });
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
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
  absenceOf(id: ConnectionId, userId: UserId, now: EpochSeconds): Absence | undefined {
    const { connection, ended } = this.rows.get(id) ?? {};
    if (ended !== undefined && this.isHis(userId, ended.userId)) return this.absenceAfter(ended.code);
    if (connection?.identity.userId !== userId) return "not-connected";
    if (this.isLive(connection, now)) return undefined;
    return this.absenceAfter(expiryCode(connection, now) ?? "CONNECTION_EXPIRED");
  }

  async countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId, most: number): Promise<number> {
    const live = [...this.rows.values()].flatMap(({ connection }) =>
      connection && this.isOf(userId, connection) && this.isLive(connection, now) ? connection : [],
    );
    return Math.min(live.filter(({ id }) => id !== besides).length, most);
  }

  async liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    const found = [...new Set(ids)].flatMap((id) => this.rows.get(id)?.connection ?? []);
    return found.filter((connection) => this.isOf(userId, connection) && this.isLive(connection, now));
  }

  async renew(renewal: Renewal, now: EpochSeconds): Promise<RenewOutcome> {
    const { connectionId, userId, token } = renewal;
    const absence = this.absenceOf(connectionId, userId, now);
    const { connection } = this.rows.get(connectionId) ?? {};
    if (absence !== undefined || connection === undefined) return { kind: absence ?? "not-connected" };
    if (!this.endsLater(token, connection.token)) return { kind: "ends-no-later" };
    this.replaceToken(connection, token);
    return { kind: "renewed", previous: connection.token };
  }

  async takeBack({ connectionId, token }: Renewal, previous: TokenFacts): Promise<void> {
    const { connection } = this.rows.get(connectionId) ?? {};
    if (connection !== undefined && this.hasToken(connection, token)) this.replaceToken(connection, previous);
  }

  async idsIn(slot: EndSlot, from?: string): Promise<Page<ConnectionId>> {
    const after = from === undefined ? "" : this.readCursor(from);
    const rest = this.idsOf(slot).filter((id) => id > after);
    const items = rest.slice(0, this.pageSize());
    return { items, ...(rest.length > items.length && { next: `after ${items.at(-1)}` }) };
  }

  async countIn(slot: EndSlot): Promise<number> {
    return this.idsOf(slot).length;
  }

  async inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    return [...new Set(ids)].flatMap((id): InspectedConnection | readonly [] => {
      const { connection, ended, endedAt = now } = this.rows.get(id) ?? {};
      if (connection !== undefined) return { kind: "open", connection };
      return ended && now < addSeconds(endedAt, 3600) ? { kind: "ended", id, code: ended.code } : [];
    });
  }

  async end(seen: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    const { id, identity, token } = seen;
    const { connection, ended, slot } = this.rows.get(id) ?? {};
    if (connection === undefined) return ended?.code === code && isSameToken(ended.token, token);
    if (!this.hasToken(connection, token)) return false;
    this.rows.set(id, {
      closedUntil: addSeconds(now, CLOSED_ID_SECONDS),
      ended: { userId: identity.userId, token, code },
      endedAt: now,
      ...(slot !== undefined && { slot }),
    });
    return true;
  }

  protected put(connection: Connection): void {
    this.rows.set(connection.id, { connection, slot: endSlot(connection.expiresAt) });
  }

  protected replaceToken(connection: Connection, token: TokenFacts): void {
    this.put({ ...connection, token, expiresAt: connectionExpiry(connection.connectedAt, token.expiresAt) });
  }

  protected endsLater(token: TokenFacts, present: TokenFacts): boolean {
    return token.expiresAt > present.expiresAt;
  }

  protected hasToken(connection: Connection, token: TokenFacts): boolean {
    return isSameToken(connection.token, token);
  }

  protected idsOf(slot: EndSlot): readonly ConnectionId[] {
    const found = [...this.rows].filter(([, row]) => row.slot === slot).map(([id]) => id as ConnectionId);
    return found.sort();
  }

  protected absenceAfter(code: EndingCode): Absence {
    if (code === "TOKEN_EXPIRED") return "token-expired";
    return code === "TOKEN_REVOKED" ? "token-revoked" : "not-connected";
  }

  protected isHis(userId: UserId, owner: UserId): boolean {
    return userId === owner;
  }

  protected pageSize(): number {
    return this.#pageSize;
  }

  protected page(rest: readonly Connection[]): Page<ListedConnection> {
    const items = rest.slice(0, this.pageSize()).map(({ token: _, ...listed }) => listed);
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
