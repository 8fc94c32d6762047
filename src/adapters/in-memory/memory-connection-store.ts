import type {
  ConnectionRenewals,
  PreviousToken,
  Renewal,
  RenewOutcome,
} from "../../application/ports/connection-renewals.ts";
import type {
  Absence,
  ConnectionStore,
  ListedConnection,
  OpenOutcome,
  Page,
} from "../../application/ports/connection-store.ts";
import type {
  EndingConnections,
  InspectedConnection,
  SlotCandidate,
} from "../../application/ports/ending-connections.ts";
import type { EndedByReview } from "../../application/ports/subscription-reviews.ts";
import {
  CLOSED_ID_SECONDS,
  type Connection,
  type ConnectionId,
  closesAt,
  connectionExpiry,
  isExpired,
} from "../../domain/connection/connection.ts";
import { type EndingCode, type EndSlot, endSlot, expiryCode } from "../../domain/connection/ending.ts";
import { isStale, type Seq } from "../../domain/connection/seq.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import { isSameToken, type TokenFacts } from "../../domain/token/token-facts.ts";
import { absenceAfter } from "../absence.ts";
import { MemoryTable } from "./memory-table.ts";

const PAGE_SIZE = 100;

/** An entry outlives its connection, so that its end can still be carried out. */
const KEPT_SECONDS = 3600;

/** What requests and reviews leave on a connection. */
export type Marks = {
  /** Incremented by every change that a `subscribe` must see: its decision counts only for the revision that it read. */
  revision: number;
  /** The greatest `seq` of a request that had an effect. */
  seq?: Seq | undefined;
  /** What the client is to be told. */
  untold?: EndedByReview | undefined;
};

/** The entry of one id: its connection, absent once it was closed, and the entities of its subscriptions. */
type Entry = {
  readonly connection?: Connection;
  readonly firstEnd?: EpochSeconds;
  readonly grants?: Grants;
  readonly marks?: Marks;
  readonly ended?: {
    readonly userId: UserId;
    readonly code: EndingCode;
    readonly token: TokenFacts;
    readonly at: EpochSeconds;
  };
  readonly subscribed: Set<EntityId>;
  readonly expiresAt: EpochSeconds;
};

/** A candidate for an end in a slot. It stays when its connection is closed. */
type Candidate = SlotCandidate & { readonly slot: EndSlot; readonly expiresAt: EpochSeconds };

/** `firstEnd` is the earliest end that the connection had or can have again: rows copy it. */
export type LiveRecord = {
  readonly connection: Connection;
  readonly firstEnd: EpochSeconds;
  readonly grants: Grants;
  readonly marks: Marks;
  readonly subscribed: Set<EntityId>;
};

/** Stores the connections of one process, for `npm start` and tests. */
export class MemoryConnectionStore implements ConnectionStore, ConnectionRenewals, EndingConnections {
  readonly #entries = new MemoryTable<Entry>(({ connection }) => connection?.identity.userId);
  readonly #slots = new MemoryTable<Candidate>(({ slot }) => String(slot));
  readonly #pageSize: number;

  constructor(pageSize = PAGE_SIZE) {
    this.#pageSize = pageSize;
  }

  async open(connection: Connection, grants: Grants): Promise<OpenOutcome> {
    const now = toEpochSeconds(connection.connectedAt);
    const found = this.#entries.find(connection.id, now);
    this.#slots.collect(now);
    const outcome = found && explainConflict(found, connection.identity.userId, now);
    if (outcome !== undefined) return outcome;
    const marks = { revision: 0 };
    this.#put({ connection, firstEnd: connection.expiresAt, grants, marks, subscribed: new Set() });
    return "stored";
  }

  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.#entries.put(id, { subscribed: this.entitiesOf(id), expiresAt: addSeconds(now, CLOSED_ID_SECONDS) });
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
    const { items, ...rest } = this.#entries.page(userId, now, this.#pageSize, from);
    return { items: items.flatMap(({ connection }) => live(connection, now) ?? []).map(listed), ...rest };
  }

  async countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId | undefined, most: number): Promise<number> {
    const { items } = this.#entries.page(userId, now, Number.POSITIVE_INFINITY, undefined);
    const others = items.filter(({ connection }) => live(connection, now) && connection?.id !== besides);
    return Math.min(others.length, most);
  }

  async liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    const found = [...new Set(ids)].flatMap((id) => live(this.#entries.find(id, now)?.connection, now) ?? []);
    return found.filter(({ identity }) => identity.userId === userId);
  }

  async renew(renewal: Renewal, now: EpochSeconds, beforeOtherGrants: () => Promise<void>): Promise<RenewOutcome> {
    const { connectionId, userId, token, grants, seq } = renewal;
    let isPrepared = false;
    for (;;) {
      const record = this.recordOf(connectionId, userId, now);
      if (typeof record === "string") return { kind: record };
      const { connection, marks } = record;
      if (isStale(seq, marks.seq)) return { kind: "stale" };
      const previous = connection.token;
      if (token.expiresAt <= previous.expiresAt) return { kind: "ends-no-later" };
      if (previous.grants !== token.grants && !isPrepared) {
        isPrepared = true;
        await beforeOtherGrants();
        continue;
      }
      marks.seq = seq ?? marks.seq;
      this.#replaceToken(record, { token, grants });
      const grantsBefore = previous.grants === token.grants ? [] : record.grants;
      return { kind: "renewed", previous: { token: previous, grants: grantsBefore } };
    }
  }

  async takeBack({ connectionId, token }: Renewal, previous: PreviousToken): Promise<void> {
    const record = this.openRecord(connectionId);
    if (record !== undefined && isSameToken(record.connection.token, token)) this.#replaceToken(record, previous);
  }

  async candidatesIn(slot: EndSlot, from?: string): Promise<Page<SlotCandidate>> {
    const { items, ...rest } = this.#slots.page(String(slot), slot, this.#pageSize, from);
    return { items: items.map(({ id, ends }) => ({ id, ends })), ...rest };
  }

  /** Lists the end of a subscription's grant, or removes it from its slot. For the subscription store. */
  listEnd(key: string, id: ConnectionId, grantedUntil: EpochSeconds | undefined): void {
    if (grantedUntil === undefined) this.#slots.remove(key);
    else {
      const expiresAt = addSeconds(grantedUntil, KEPT_SECONDS);
      this.#slots.put(key, { id, ends: "subscription", slot: endSlot(grantedUntil), expiresAt });
    }
  }

  async countIn(slot: EndSlot): Promise<number> {
    return this.#slots.page(String(slot), slot, Number.POSITIVE_INFINITY, undefined).items.length;
  }

  async inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    return [...new Set(ids)].flatMap((id): InspectedConnection | readonly [] => {
      const { connection, ended } = this.#entries.peek(id) ?? {};
      if (connection !== undefined) return { kind: "open", connection };
      return ended && now < addSeconds(ended.at, CLOSED_ID_SECONDS) ? { kind: "ended", id, code: ended.code } : [];
    });
  }

  async end({ id, token, identity: { userId } }: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    const { connection, ended, subscribed = new Set<EntityId>() } = this.#entries.peek(id) ?? {};
    if (connection === undefined) return ended?.code === code && isSameToken(ended.token, token);
    if (!isSameToken(connection.token, token)) return false;
    const expiresAt = addSeconds(now, CLOSED_ID_SECONDS);
    this.#entries.put(id, { subscribed, expiresAt, ended: { userId, code, token, at: now } });
    return true;
  }

  /** The user's live connection with that id and the set of its entities, or why there is none. For the subscription store. */
  recordOf(id: ConnectionId, userId: UserId, now: EpochSeconds): LiveRecord | Absence {
    const { ended } = this.#entries.find(id, now) ?? {};
    if (ended?.userId === userId) return absenceAfter(ended.code);
    const record = this.openRecord(id);
    if (record?.connection.identity.userId !== userId) return "not-connected";
    const code = expiryCode(record.connection, now);
    return code === undefined ? record : absenceAfter(code);
  }

  /** The record of an open connection, expired or not. For the subscription store. */
  openRecord(id: ConnectionId): LiveRecord | undefined {
    const { connection, firstEnd, grants, marks, subscribed } = this.#entries.peek(id) ?? {};
    if (!connection || !firstEnd || !grants || !marks || !subscribed) return undefined;
    return { connection, firstEnd, grants, marks, subscribed };
  }

  /** The entities of a connection, or those that it had when it was closed. For the subscription store. */
  entitiesOf(id: ConnectionId): Set<EntityId> {
    return this.#entries.peek(id)?.subscribed ?? new Set();
  }

  #replaceToken(record: LiveRecord, { token, grants }: PreviousToken): void {
    const { connection, marks } = record;
    const hasOtherGrants = connection.token.grants !== token.grants;
    if (hasOtherGrants) marks.revision += 1;
    this.#put({ ...record, connection: withToken(connection, token), ...(hasOtherGrants && { grants }) });
  }

  #put({ connection, ...record }: LiveRecord): void {
    const { id } = connection;
    const expiresAt = addSeconds(closesAt(connection.connectedAt), KEPT_SECONDS);
    this.#entries.put(id, { connection, ...record, expiresAt });
    this.#slots.put(id, { id, ends: "connection", slot: endSlot(connection.expiresAt), expiresAt });
  }
}

function live(connection: Connection | undefined, now: EpochSeconds): Connection | undefined {
  return connection && !isExpired(connection, now) ? connection : undefined;
}

function withToken(connection: Connection, token: TokenFacts): Connection {
  return { ...connection, token, expiresAt: connectionExpiry(connection.connectedAt, token.expiresAt) };
}

function listed({ token: _, ...connection }: Connection): ListedConnection {
  return connection;
}

function explainConflict({ connection }: Entry, userId: UserId, now: EpochSeconds): OpenOutcome | undefined {
  if (connection === undefined) return "closed";
  if (isExpired(connection, now)) return undefined;
  return connection.identity.userId === userId ? "stored" : "taken";
}
