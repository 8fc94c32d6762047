import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { Followed, FollowOutcome, UnfollowOutcome } from "../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId, Subscription } from "../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";

/** A tombstone that is gone as soon as it is there. */
export class WithoutTombstones extends MemoryConnectionStore {
  override close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    return super.close(id, addSeconds(now, -100_000));
  }
}

/** What was followed is forgotten when the connection is closed once more. */
export class TellingOnce extends MemoryConnectionStore {
  readonly #closed = new Set<ConnectionId>();

  override async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    if (this.#closed.has(id)) this.takenUp(id).clear();
    this.#closed.add(id);
    return super.close(id, now);
  }
}

/** Without the condition that the connection is there, open and this user's. */
export class Unconditional extends MemoryConnectionStore {
  override followingOf(id: ConnectionId, userId: UserId, now: EpochSeconds): Set<EntityId> {
    return super.followingOf(id, userId, now) ?? new Set();
  }
}

/** A repeated $connect begins anew, and so does another user's. */
export class StartingAnew extends MemoryConnectionStore {
  override async open(connection: Connection): Promise<"stored" | "closed" | "taken"> {
    const outcome = await super.open(connection);
    if (outcome === "closed") return outcome;
    await super.close(connection.id, 0 as EpochSeconds);
    return super.open(connection);
  }
}

/** A repeated $connect finds its own record in its way. */
export class InItsOwnWay extends MemoryConnectionStore {
  readonly #opened = new Set<ConnectionId>();

  override async open(connection: Connection): Promise<"stored" | "closed" | "taken"> {
    const outcome = await super.open(connection);
    const again = this.#opened.has(connection.id);
    this.#opened.add(connection.id);
    return outcome === "stored" && again ? "taken" : outcome;
  }
}

/** Counts what was asked for, not what is followed. */
export class CountingRequests extends MemorySubscriptionStore {
  readonly #counts = new Map<ConnectionId, number>();

  override async follow(subscription: Subscription, now: EpochSeconds, limit: number): Promise<FollowOutcome> {
    const count = this.#counts.get(subscription.connectionId) ?? 0;
    if (count >= limit) return "limit-reached";
    const outcome = await super.follow(subscription, now, limit);
    if (outcome === "following") this.#counts.set(subscription.connectionId, count + 1);
    return outcome;
  }

  override async unfollow(followed: Followed, now: EpochSeconds): Promise<UnfollowOutcome> {
    const count = this.#counts.get(followed.connectionId) ?? 0;
    this.#counts.set(followed.connectionId, Math.max(0, count - 1));
    return super.unfollow(followed, now);
  }
}
