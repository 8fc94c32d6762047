import type { Page } from "../../application/ports/connection-store.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
  SubscriptionStore,
} from "../../application/ports/subscription-store.ts";
import { type ConnectionId, closesAt } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { MemoryConnectionStore } from "./memory-connection-store.ts";
import { MemoryTable } from "./memory-table.ts";

const PAGE_SIZE = 250;

/** A subscription, kept until the last possible end of its connection, with a copy of its first end. */
type Row = Subscription & { readonly firstEnd: EpochSeconds };

/** Stores the subscriptions of one process, for `npm start` and tests. */
export class MemorySubscriptionStore implements SubscriptionStore {
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

  async subscribe(reference: SubscriptionReference, now: EpochSeconds, limit: number): Promise<StoreSubscribeOutcome> {
    const { entityId, connectionId, userId } = reference;
    const record = this.#connections.recordOf(connectionId, userId, now);
    if (typeof record === "string") return record;
    const { subscribed, connection, firstEnd } = record;
    if (subscribed.size >= limit && !subscribed.has(entityId)) return "limit-reached";
    subscribed.add(entityId);
    const key = keyOf(entityId, connectionId);
    const { connectedAt } = connection;
    const row = { entityId, connectionId, userId, connectedAt, firstEnd, expiresAt: closesAt(connectedAt) };
    if (this.#subscriptions.find(key, now)?.connectedAt !== connectedAt) this.#subscriptions.put(key, row);
    return "subscribed";
  }

  async unsubscribe(
    { entityId, connectionId, userId }: SubscriptionReference,
    now: EpochSeconds,
  ): Promise<StoreUnsubscribeOutcome> {
    const record = this.#connections.recordOf(connectionId, userId, now);
    if (typeof record === "string") return record;
    record.subscribed.delete(entityId);
    this.#subscriptions.remove(keyOf(entityId, connectionId));
    return "unsubscribed";
  }

  async unsubscribeAll(connectionId: ConnectionId, seen?: EntityId): Promise<void> {
    const subscribed = this.#connections.entitiesOf(connectionId);
    for (const entityId of subscribed) this.#subscriptions.remove(keyOf(entityId, connectionId));
    if (seen !== undefined) this.#subscriptions.remove(keyOf(seen, connectionId));
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

  /** The subscription with its end, by its row until its first end, then by the record; nothing after the end. */
  #live({ firstEnd, ...subscription }: Row, now: EpochSeconds): readonly Subscription[] {
    if (firstEnd > now) return [{ ...subscription, expiresAt: firstEnd }];
    const record = this.#connections.recordOf(subscription.connectionId, subscription.userId, now);
    // An id that the gateway gave again is another connection.
    if (typeof record === "string" || record.connection.connectedAt !== subscription.connectedAt) return [];
    return [{ ...subscription, expiresAt: record.connection.expiresAt }];
  }
}

/** The key of a subscription. A connection id contains no blank, so no two pairs share a key. */
function keyOf(entityId: EntityId, connectionId: ConnectionId): string {
  return `${connectionId} ${entityId}`;
}
