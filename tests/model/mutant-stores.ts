import { type LiveRecord, MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { OpenOutcome } from "../../src/application/ports/connection-store.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
} from "../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds, type EpochMillis, type EpochSeconds } from "../../src/domain/time.ts";
import { aConnection } from "../support/a-connection.ts";

/** Each tombstone has expired already when it is written. */
export class WithoutTombstones extends MemoryConnectionStore {
  override close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    return super.close(id, addSeconds(now, -100_000));
  }
}

/** A second close forgets the subscriptions that the first one did not remove. */
export class ForgettingOnSecondClose extends MemoryConnectionStore {
  readonly #closed = new Set<ConnectionId>();

  override async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    if (this.#closed.has(id)) this.entitiesOf(id).clear();
    this.#closed.add(id);
    return super.close(id, now);
  }
}

/** Does not check that the connection exists, is open and is this user's. */
export class SubscribingUnconditionally extends MemoryConnectionStore {
  override recordOf(id: ConnectionId, userId: UserId, now: EpochSeconds): LiveRecord {
    const lifetime = { connectedAt: (now * 1000) as EpochMillis, expiresAt: addSeconds(now, 7200) };
    const connection = aConnection({ id, userId, ...lifetime });
    const record = super.recordOf(id, userId, now);
    return typeof record === "string" ? { connection, subscribed: new Set() } : record;
  }
}

/** A repeated $connect overwrites the record, also one of another user. */
export class OverwritingOnConnect extends MemoryConnectionStore {
  override async open(connection: Connection): Promise<OpenOutcome> {
    const outcome = await super.open(connection);
    if (outcome === "closed") return outcome;
    await super.close(connection.id, 0 as EpochSeconds);
    return super.open(connection);
  }
}

/** A repeated $connect is refused because of its own record. */
export class RefusingRepeatedConnect extends MemoryConnectionStore {
  readonly #opened = new Set<ConnectionId>();

  override async open(connection: Connection): Promise<OpenOutcome> {
    const outcome = await super.open(connection);
    const again = this.#opened.has(connection.id);
    this.#opened.add(connection.id);
    return outcome === "stored" && again ? "taken" : outcome;
  }
}

/** Counts requests, not subscriptions. */
export class CountingRequests extends MemorySubscriptionStore {
  readonly #counts = new Map<ConnectionId, number>();

  override async subscribe(
    subscription: SubscriptionReference,
    now: EpochSeconds,
    limit: number,
  ): Promise<StoreSubscribeOutcome> {
    const count = this.#counts.get(subscription.connectionId) ?? 0;
    if (count >= limit) return "limit-reached";
    const outcome = await super.subscribe(subscription, now, limit);
    if (outcome === "subscribed") this.#counts.set(subscription.connectionId, count + 1);
    return outcome;
  }

  override async unsubscribe(reference: SubscriptionReference, now: EpochSeconds): Promise<StoreUnsubscribeOutcome> {
    const count = this.#counts.get(reference.connectionId) ?? 0;
    this.#counts.set(reference.connectionId, Math.max(0, count - 1));
    return super.unsubscribe(reference, now);
  }
}
