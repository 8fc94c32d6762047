import { DependencyUnavailableError } from "../../application/errors.ts";
import type { Page } from "../../application/ports/connection-store.ts";
import type {
  EndedByReview,
  ReviewOutcome,
  SubscriptionReviews,
} from "../../application/ports/subscription-reviews.ts";
import type {
  DecideEntities,
  StoreOutcome,
  SubscribeResult,
  SubscriptionRequest,
  SubscriptionStore,
  UnsubscribeResult,
} from "../../application/ports/subscription-store.ts";
import { type ConnectionId, closesAt, isExpired } from "../../domain/connection/connection.ts";
import { isStale } from "../../domain/connection/seq.ts";
import { includes } from "../../domain/grants/grant.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import { type EpochSeconds, earlier } from "../../domain/time.ts";
import type { LiveRecord, MemoryConnectionStore } from "./memory-connection-store.ts";
import { MemoryTable } from "./memory-table.ts";

const PAGE_SIZE = 250;

/** A subscription, kept until the last possible end of its connection, with a copy of its first end. */
type Row = Subscription & { readonly firstEnd: EpochSeconds };

/** Stores the subscriptions of one process, for `npm start` and tests. */
export class MemorySubscriptionStore implements SubscriptionStore, SubscriptionReviews {
  readonly #connections: MemoryConnectionStore;
  readonly #subscriptions = new MemoryTable<Row>(({ entityId }) => entityId);
  readonly #pageSize: number;

  constructor(connections: MemoryConnectionStore, pageSize = PAGE_SIZE) {
    this.#connections = connections;
    this.#pageSize = pageSize;
  }

  /** The number of rows, those of ended connections included. */
  get size(): number {
    return this.#subscriptions.size;
  }

  async subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    { limit, decide }: { readonly limit: number; readonly decide: DecideEntities },
  ): Promise<StoreOutcome<SubscribeResult>> {
    for (;;) {
      const record = this.#recordFor(request, now);
      if (typeof record === "string") return { kind: record };
      const { revision } = record.marks;
      const decisions = await decide(record.grants, request.entityIds);
      const current = this.#recordFor(request, now);
      if (typeof current === "string") return { kind: current };
      if (current.marks.revision !== revision) continue;
      const results = request.entityIds.map((entityId, index): SubscribeResult => {
        const decision = decisions[index];
        if (decision === undefined) return "failed";
        if (decision.kind === "denied") return decision;
        const { subscribed } = current;
        if (subscribed.size >= limit && !subscribed.has(entityId)) return "limit-reached";
        this.#put(current, entityId, decision.until);
        return "subscribed";
      });
      if (results.includes("subscribed")) this.#note(current, request);
      return { kind: "answered", results, connection: current.connection };
    }
  }

  async unsubscribe(request: SubscriptionRequest, now: EpochSeconds): Promise<StoreOutcome<UnsubscribeResult>> {
    const record = this.#recordFor(request, now);
    if (typeof record === "string") return { kind: record };
    for (const entityId of request.entityIds) this.#remove(record, entityId);
    if (request.entityIds.length > 0) this.#note(record, request);
    const results = request.entityIds.map(() => "unsubscribed" as const);
    return { kind: "answered", results, connection: record.connection };
  }

  async review(
    id: ConnectionId,
    now: EpochSeconds,
    { pattern, decide, decision }: Parameters<SubscriptionReviews["review"]>[2],
  ): Promise<ReviewOutcome> {
    for (;;) {
      const record = this.#connections.openRecord(id);
      if (record === undefined || isExpired(record.connection, now)) return { denied: [] };
      const { connection, grants, marks, subscribed } = record;
      const { userId } = connection.identity;
      const { revision } = marks;
      const concerned = [...subscribed].filter((entityId) => pattern === undefined || includes(pattern, entityId));
      const decisions = await decide({ userId, grants }, concerned);
      // All of them, or none: a fault about one leaves the review to be repeated.
      if (decisions.includes(undefined)) throw new DependencyUnavailableError("ACCESS_POLICY");
      if (this.#connections.openRecord(id)?.marks !== marks || marks.revision !== revision) continue;
      marks.revision += 1;
      const denied = concerned.flatMap((entityId, index): ReviewOutcome["denied"] => {
        const decided = decisions[index];
        if (decided?.kind === "denied") return [{ entityId, denial: decided }];
        this.#put(record, entityId, decided?.until);
        return [];
      });
      for (const { entityId } of denied) this.#remove(record, entityId);
      const earlierEnded = marks.untold?.ended.filter(({ entityId }) => !subscribed.has(entityId)) ?? [];
      const ended = [...earlierEnded, ...denied.map(({ entityId }) => ({ entityId, decision }))];
      const seq = denied.length > 0 ? marks.seq : marks.untold?.seq;
      if (denied.length > 0 || marks.untold) marks.untold = { ended, revision: marks.revision, seq };
      return { untold: marks.untold, denied, userId };
    }
  }

  async forgetUntold(id: ConnectionId, { revision }: EndedByReview): Promise<void> {
    const marks = this.#connections.openRecord(id)?.marks;
    if (marks?.untold?.revision === revision) marks.untold = undefined;
  }

  async unsubscribeAll(connectionId: ConnectionId, seen?: EntityId): Promise<void> {
    const subscribed = this.#connections.entitiesOf(connectionId);
    for (const entityId of subscribed) this.#removeRow(entityId, connectionId);
    if (seen !== undefined) this.#removeRow(seen, connectionId);
    subscribed.clear();
  }

  async subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
    const { items, ...rest } = this.#subscriptions.page(entityId, now, this.#pageSize, from);
    return { items: items.flatMap((row) => this.#live(row, now)), ...rest };
  }

  async subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]> {
    const rows = [...new Set(ids)].flatMap((id) => this.#subscriptions.find(keyOf(entityId, id), now) ?? []);
    return rows.flatMap((row) => this.#live(row, now));
  }

  #recordFor({ connectionId, userId, seq }: SubscriptionRequest, now: EpochSeconds) {
    const record = this.#connections.recordOf(connectionId, userId, now);
    return typeof record !== "string" && isStale(seq, record.marks.seq) ? "stale" : record;
  }

  #note({ marks }: LiveRecord, { seq }: SubscriptionRequest): void {
    marks.revision += 1;
    marks.seq = seq ?? marks.seq;
  }

  #put({ connection, firstEnd, subscribed }: LiveRecord, entityId: EntityId, grantedUntil?: EpochSeconds): void {
    const { id: connectionId, identity, connectedAt } = connection;
    subscribed.add(entityId);
    const key = keyOf(entityId, connectionId);
    const found = this.#subscriptions.peek(key);
    if (found?.connectedAt === connectedAt && found.grantedUntil === grantedUntil) return;
    const lifetime = { connectedAt, firstEnd, expiresAt: closesAt(connectedAt), grantedUntil };
    this.#subscriptions.replace(key, { entityId, connectionId, userId: identity.userId, ...lifetime });
    this.#connections.listEnd(key, connectionId, grantedUntil);
  }

  #remove({ connection, subscribed }: LiveRecord, entityId: EntityId): void {
    subscribed.delete(entityId);
    this.#removeRow(entityId, connection.id);
  }

  #removeRow(entityId: EntityId, connectionId: ConnectionId): void {
    const key = keyOf(entityId, connectionId);
    this.#subscriptions.remove(key);
    this.#connections.listEnd(key, connectionId, undefined);
  }

  /** The subscription with its end, by its row until its first end, then by the record; nothing after the end. */
  #live({ firstEnd, ...subscription }: Row, now: EpochSeconds): readonly Subscription[] {
    const { grantedUntil } = subscription;
    if (grantedUntil !== undefined && grantedUntil <= now) return [];
    const endingWithGrant = (end: EpochSeconds) => (grantedUntil === undefined ? end : earlier(end, grantedUntil));
    if (firstEnd > now) return [{ ...subscription, expiresAt: endingWithGrant(firstEnd) }];
    const record = this.#connections.recordOf(subscription.connectionId, subscription.userId, now);
    // An id that the gateway gave again is another connection.
    if (typeof record === "string" || record.connection.connectedAt !== subscription.connectedAt) return [];
    return [{ ...subscription, expiresAt: endingWithGrant(record.connection.expiresAt) }];
  }
}

/** The key of a subscription. A connection id contains no blank, so no two pairs share a key. */
function keyOf(entityId: EntityId, connectionId: ConnectionId): string {
  return `${connectionId} ${entityId}`;
}
