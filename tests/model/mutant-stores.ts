import { type LiveRecord, MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { Renewal, RenewOutcome } from "../../src/application/ports/connection-renewals.ts";
import type { Absence, OpenOutcome } from "../../src/application/ports/connection-store.ts";
import type { InspectedConnection } from "../../src/application/ports/ending-connections.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
} from "../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import type { EndingCode } from "../../src/domain/connection/ending.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds, type EpochMillis, type EpochSeconds } from "../../src/domain/time.ts";
import type { Revocation, TokenHolder } from "../../src/domain/token/revocation.ts";
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
    return typeof record === "string" ? { connection, firstEnd: connection.expiresAt, subscribed: new Set() } : record;
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

/** Of two renewals the one that comes last stays. */
export class LettingAnyRenewalWin extends MemoryConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now);
    const [present] = await this.inspect([renewal.connectionId], now);
    if (outcome.kind !== "ends-no-later" || present?.kind !== "open") return outcome;
    const previous = present.connection.token;
    await this.takeBack({ ...renewal, token: previous }, renewal.token);
    return { kind: "renewed", previous };
  }
}

/** Any user's token renews a connection. */
export class RenewingForAnyUser extends MemoryConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds): Promise<RenewOutcome> {
    const [present] = await this.inspect([renewal.connectionId], now);
    if (present?.kind !== "open") return { kind: "not-connected" };
    return super.renew({ ...renewal, userId: present.connection.identity.userId }, now);
  }
}

/** A renewal is acknowledged, and the record stays as it is. */
export class RenewingOnPaper extends MemoryConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds): Promise<RenewOutcome> {
    const [present] = await this.inspect([renewal.connectionId], now);
    const outcome = await super.renew(renewal, now);
    if (outcome.kind !== "renewed" || present?.kind !== "open") return outcome;
    await this.takeBack(renewal, present.connection.token);
    return outcome;
  }
}

/** A connection ends by the end that it had at first, and whether it was renewed meanwhile does not matter. */
export class EndingByTheFirstToken extends MemoryConnectionStore {
  readonly #first = new Map<ConnectionId, Connection>();

  override async open(connection: Connection): Promise<OpenOutcome> {
    if (!this.#first.has(connection.id)) this.#first.set(connection.id, connection);
    return super.open(connection);
  }

  override async idsIn(): Promise<{ readonly items: readonly ConnectionId[] }> {
    return { items: [...this.#first.keys()] };
  }

  override async inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    const inspected = await super.inspect(ids, now);
    return inspected.map((one) => {
      const first = one.kind === "open" ? this.#first.get(one.connection.id) : undefined;
      return first === undefined ? one : { kind: "open", connection: first };
    });
  }

  override async end({ id }: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    const [present] = await super.inspect([id], now);
    return present?.kind === "open" && super.end(present.connection, code, now);
  }
}

/** A connection that was ended takes requests and pushes like any other. */
export class EndingOnPaper extends MemoryConnectionStore {
  override async end({ id }: Connection, _code: EndingCode, now: EpochSeconds): Promise<boolean> {
    const [present] = await this.inspect([id], now);
    return present?.kind === "open";
  }
}

/** The absence of a connection has no reason. */
export class WithoutReasons extends MemoryConnectionStore {
  override recordOf(id: ConnectionId, userId: UserId, now: EpochSeconds): LiveRecord | Absence {
    const found = super.recordOf(id, userId, now);
    return typeof found === "string" ? "not-connected" : found;
  }
}

/** Of two revocations the one that comes last stays. */
export class KeepingTheLastRevocation implements RevocationList {
  readonly #revocations = new Map<string, Revocation>();

  async add(revocation: Revocation): Promise<void> {
    const { kind } = revocation;
    const of = kind === "issuer" ? revocation.issuer : revocation.userId;
    this.#revocations.set([kind, of, kind === "token" ? revocation.tokenId : ""].join(" "), revocation);
  }

  async concerning(_: TokenHolder): Promise<readonly Revocation[]> {
    return [...this.#revocations.values()];
  }
}
