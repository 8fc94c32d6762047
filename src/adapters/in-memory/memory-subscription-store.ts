import type { Page } from "../../application/ports/connection-store.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
  SubscriptionStore,
} from "../../application/ports/subscription-store.ts";
import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { MemoryConnectionStore } from "./memory-connection-store.ts";
import { MemoryTable } from "./memory-table.ts";

const PAGE_SIZE = 250;

/** Stores the subscriptions of one process, for `npm start` and tests. */
export class MemorySubscriptionStore implements SubscriptionStore {
  readonly #connections: MemoryConnectionStore;
  readonly #subscriptions = new MemoryTable<Subscription>(({ entityId }) => entityId);
  readonly #pageSize: number;

  constructor(connections: MemoryConnectionStore, pageSize = PAGE_SIZE) {
    this.#connections = connections;
    this.#pageSize = pageSize;
  }

  async subscribe(reference: SubscriptionReference, now: EpochSeconds, limit: number): Promise<StoreSubscribeOutcome> {
    const { entityId, connectionId, userId } = reference;
    const record = this.#connections.liveRecordOf(connectionId, userId, now);
    if (record === undefined) return "not-connected";
    const { subscribed, connection } = record;
    if (subscribed.size >= limit && !subscribed.has(entityId)) return "limit-reached";
    subscribed.add(entityId);
    const key = keyOf(entityId, connectionId);
    const { connectedAt, expiresAt } = connection;
    const subscription = { entityId, connectionId, userId, connectedAt, expiresAt };
    if (!this.#subscriptions.find(key, now)) this.#subscriptions.put(key, subscription);
    return "subscribed";
  }

  async unsubscribe(
    { entityId, connectionId, userId }: SubscriptionReference,
    now: EpochSeconds,
  ): Promise<StoreUnsubscribeOutcome> {
    const record = this.#connections.liveRecordOf(connectionId, userId, now);
    if (record === undefined) return "not-connected";
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
    return this.#subscriptions.page(entityId, now, this.#pageSize, from);
  }

  async subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]> {
    return [...new Set(ids)].flatMap((id) => this.#subscriptions.find(keyOf(entityId, id), now) ?? []);
  }
}

/** The key of a subscription. A connection id contains no blank, so no two pairs share a key. */
function keyOf(entityId: EntityId, connectionId: ConnectionId): string {
  return `${connectionId} ${entityId}`;
}
