import type {
  ConnectionRenewals,
  PreviousToken,
  Renewal,
  RenewOutcome,
} from "../../../src/application/ports/connection-renewals.ts";
import type {
  Absence,
  ConnectionStore,
  ListedConnection,
  OpenOutcome,
  Page,
} from "../../../src/application/ports/connection-store.ts";
import type {
  EndingConnections,
  InspectedConnection,
  SlotCandidate,
} from "../../../src/application/ports/ending-connections.ts";
import type { EndedByReview } from "../../../src/application/ports/subscription-reviews.ts";
import {
  CLOSED_ID_SECONDS,
  type Connection,
  type ConnectionId,
  connectionExpiry,
  isExpired,
} from "../../../src/domain/connection/connection.ts";
import { type EndingCode, type EndSlot, endSlot, expiryCode } from "../../../src/domain/connection/ending.ts";
import { isStale, type Seq } from "../../../src/domain/connection/seq.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import type { Grants } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../../src/domain/time.ts";
import { isSameToken, type TokenFacts } from "../../../src/domain/token/token-facts.ts";

/** What requests and reviews leave on a connection. */
type Marks = { revision: number; seq?: Seq | undefined; untold?: EndedByReview | undefined };

export type Row = {
  readonly connection?: Connection;
  readonly grants?: Grants;
  readonly marks?: Marks;
  readonly closedUntil?: EpochSeconds;
  readonly ended?: { readonly userId: UserId; readonly token: TokenFacts; readonly code: EndingCode };
  readonly endedAt?: EpochSeconds;
  /** As an index has it, which keeps closed connections. */
  readonly slot?: EndSlot;
};

/** A candidate with the key by which its slot is sorted. */
export type KeyedCandidate = SlotCandidate & { readonly key: string };

/** The port in its simplest form, with a separate step for each rule: a mutant breaks one of them. */
export class PlainConnectionStore implements ConnectionStore, ConnectionRenewals, EndingConnections {
  protected readonly rows = new Map<string, Row>();
  /** The ends of grants of subscriptions. */
  protected readonly ends = new Map<string, KeyedCandidate & { readonly slot: EndSlot }>();
  readonly #pageSize: number;

  constructor(pageSize = 7) {
    this.#pageSize = pageSize;
  }

  async open(connection: Connection, grants: Grants = []): Promise<OpenOutcome> {
    const conflict = this.conflict(connection);
    if (conflict === undefined) this.put(connection, grants);
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

  async renew(renewal: Renewal, now: EpochSeconds, beforeOtherGrants: () => Promise<void>): Promise<RenewOutcome> {
    const { connectionId, userId, token, grants, seq } = renewal;
    let isPrepared = false;
    for (;;) {
      const absence = this.absenceOf(connectionId, userId, now);
      const { connection } = this.rows.get(connectionId) ?? {};
      if (absence !== undefined || connection === undefined) return { kind: absence ?? "not-connected" };
      if (this.isStale(connectionId, seq)) return { kind: "stale" };
      if (!this.endsLater(token, connection.token)) return { kind: "ends-no-later" };
      const hasOtherGrants = this.hasOtherGrants(connection.token, token);
      if (!hasOtherGrants || isPrepared) {
        const previous = { token: connection.token, grants: hasOtherGrants ? this.grantsOf(connectionId) : [] };
        this.replaceToken(connection, token, hasOtherGrants ? grants : undefined);
        this.noteSeq(connectionId, seq);
        return { kind: "renewed", previous };
      }
      await beforeOtherGrants();
      isPrepared = true;
    }
  }

  async takeBack({ connectionId, token }: Renewal, previous: PreviousToken): Promise<void> {
    const { connection } = this.rows.get(connectionId) ?? {};
    if (connection === undefined || !this.hasToken(connection, token)) return;
    const hasOtherGrants = this.hasOtherGrants(connection.token, previous.token);
    this.replaceToken(connection, previous.token, hasOtherGrants ? previous.grants : undefined);
  }

  async candidatesIn(slot: EndSlot, from?: string): Promise<Page<SlotCandidate>> {
    const after = from === undefined ? "" : Buffer.from(this.readCursor(from), "base64url").toString();
    return this.candidatePage(this.candidatesOf(slot).filter(({ key }) => key > after));
  }

  async countIn(slot: EndSlot): Promise<number> {
    return this.candidatesOf(slot).length;
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

  /** The grants of the connection's token. Used by the subscription store. */
  grantsOf(id: ConnectionId): Grants {
    return this.rows.get(id)?.grants ?? [];
  }

  /** Used by the subscription store. */
  marksOf(id: ConnectionId): Marks | undefined {
    return this.rows.get(id)?.marks;
  }

  /** Used by the subscription store. */
  isStale(id: ConnectionId, seq: Seq | undefined): boolean {
    return isStale(seq, this.marksOf(id)?.seq);
  }

  /** Lists the end of a subscription's grant, or removes it from its slot. Used by the subscription store. */
  listEnd(key: string, id: ConnectionId, until: EpochSeconds | undefined): void {
    if (until === undefined) this.ends.delete(key);
    else this.ends.set(key, { key, id, ends: "subscription", slot: endSlot(until) });
  }

  protected put(connection: Connection, grants?: Grants): void {
    const { id } = connection;
    const marks = this.marksOf(id) ?? { revision: 0 };
    this.rows.set(id, { connection, grants: grants ?? this.grantsOf(id), marks, slot: endSlot(connection.expiresAt) });
  }

  /** Without `grants` they stay. */
  protected replaceToken(connection: Connection, token: TokenFacts, grants?: Grants): void {
    this.put({ ...connection, token, expiresAt: connectionExpiry(connection.connectedAt, token.expiresAt) }, grants);
    const marks = this.marksOf(connection.id);
    if (marks !== undefined && grants !== undefined) marks.revision += 1;
  }

  protected noteSeq(id: ConnectionId, seq: Seq | undefined): void {
    const marks = this.marksOf(id);
    if (marks !== undefined && seq !== undefined) marks.seq = seq;
  }

  protected hasOtherGrants(one: TokenFacts, other: TokenFacts): boolean {
    return one.grants !== other.grants;
  }

  protected endsLater(token: TokenFacts, present: TokenFacts): boolean {
    return token.expiresAt > present.expiresAt;
  }

  protected hasToken(connection: Connection, token: TokenFacts): boolean {
    return isSameToken(connection.token, token);
  }

  protected candidatesOf(slot: EndSlot): readonly KeyedCandidate[] {
    const found = [...this.rows].filter(([, row]) => row.slot === slot).map(([id]) => id as ConnectionId);
    const connections = found.map((id): KeyedCandidate => ({ key: id, id, ends: "connection" }));
    const subscriptions = [...this.ends.values()].filter((one) => one.slot === slot);
    return [...connections, ...subscriptions].sort((one, other) => (one.key < other.key ? -1 : 1));
  }

  protected candidatePage(rest: readonly KeyedCandidate[]): Page<SlotCandidate> {
    const shown = rest.slice(0, this.pageSize());
    const items = shown.map(({ id, ends }) => ({ id, ends }));
    return { items, ...(rest.length > items.length && { next: this.cursorBehind(shown.at(-1)?.key ?? "") }) };
  }

  protected cursorBehind(key: string): string {
    return `after ${Buffer.from(key).toString("base64url")}=`;
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
