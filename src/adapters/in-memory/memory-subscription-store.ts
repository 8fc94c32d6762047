import type { Page } from "../../application/ports/connection-store.ts";
import type { FollowOutcome, SubscriptionStore } from "../../application/ports/subscription-store.ts";
import type { ConnectionId } from "../../domain/connection/connection-id.ts";
import type { EntityId } from "../../domain/subscription/entity-id.ts";
import type { Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { MemoryConnectionStore } from "./memory-connection-store.ts";
import { MemoryTable } from "./memory-table.ts";

const PAGE_SIZE = 250;

/** For one process: the local runtime and tests. */
export class MemorySubscriptionStore implements SubscriptionStore {
  readonly #connections: MemoryConnectionStore;
  readonly #subscriptions = new MemoryTable<Subscription>(({ entityId }) => entityId);
  readonly #pageSize: number;

  constructor(connections: MemoryConnectionStore, pageSize = PAGE_SIZE) {
    this.#connections = connections;
    this.#pageSize = pageSize;
  }

  async follow(subscription: Subscription, now: EpochSeconds, limit: number): Promise<FollowOutcome> {
    const { entityId, connectionId, userId } = subscription;
    const following = this.#connections.followingOf(connectionId, userId, now);
    if (following === undefined) return "not-connected";
    if (following.size >= limit && !following.has(entityId)) return "limit-reached";
    following.add(entityId);
    const key = keyOf(entityId, connectionId);
    if (!this.#subscriptions.find(key, now)) this.#subscriptions.put(key, subscription);
    return "following";
  }

  async unfollow(entityId: EntityId, connectionId: ConnectionId): Promise<void> {
    this.#connections.strikeOff(entityId, connectionId);
    this.#subscriptions.remove(keyOf(entityId, connectionId));
  }

  async unfollowAll(entityIds: readonly EntityId[], connectionId: ConnectionId): Promise<void> {
    for (const entityId of entityIds) this.#subscriptions.remove(keyOf(entityId, connectionId));
  }

  async followersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
    return this.#subscriptions.page(entityId, now, this.#pageSize, from);
  }
}

/** No connection id holds a blank, so that no two pairs share a key. */
function keyOf(entityId: EntityId, connectionId: ConnectionId): string {
  return `${connectionId} ${entityId}`;
}
