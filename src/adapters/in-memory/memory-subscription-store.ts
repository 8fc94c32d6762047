import type { Page } from "../../application/ports/connection-store.ts";
import type {
  Followed,
  FollowOutcome,
  SubscriptionStore,
  UnfollowOutcome,
} from "../../application/ports/subscription-store.ts";
import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
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

  async unfollow({ entityId, connectionId, userId }: Followed, now: EpochSeconds): Promise<UnfollowOutcome> {
    const following = this.#connections.followingOf(connectionId, userId, now);
    if (following === undefined) return "not-connected";
    following.delete(entityId);
    this.#subscriptions.remove(keyOf(entityId, connectionId));
    return "unfollowed";
  }

  async unfollowAll(connectionId: ConnectionId, seen?: EntityId): Promise<void> {
    const following = this.#connections.takenUp(connectionId);
    for (const entityId of following) this.#subscriptions.remove(keyOf(entityId, connectionId));
    if (seen !== undefined) this.#subscriptions.remove(keyOf(seen, connectionId));
    following.clear();
  }

  async followersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
    return this.#subscriptions.page(entityId, now, this.#pageSize, from);
  }

  async followersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]> {
    return [...new Set(ids)].flatMap((id) => this.#subscriptions.find(keyOf(entityId, id), now) ?? []);
  }
}

/** No connection id holds a blank, so that no two pairs share a key. */
function keyOf(entityId: EntityId, connectionId: ConnectionId): string {
  return `${connectionId} ${entityId}`;
}
