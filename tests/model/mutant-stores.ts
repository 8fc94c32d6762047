import { type LiveRecord, MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { PreviousToken, Renewal, RenewOutcome } from "../../src/application/ports/connection-renewals.ts";
import type { Absence, OpenOutcome, Page } from "../../src/application/ports/connection-store.ts";
import type { InspectedConnection, SlotCandidate } from "../../src/application/ports/ending-connections.ts";
import type { RevocationList } from "../../src/application/ports/revocation-list.ts";
import type {
  StoreOutcome,
  SubscribeResult,
  SubscriptionRequest,
  SubscriptionStore,
  UnsubscribeResult,
} from "../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import type { EndingCode } from "../../src/domain/connection/ending.ts";
import { type Grants, parseGrant } from "../../src/domain/grants/grant.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds, type EpochMillis, type EpochSeconds } from "../../src/domain/time.ts";
import type { Revocation, TokenHolder } from "../../src/domain/token/revocation.ts";
import { aConnection } from "../support/a-connection.ts";

const EVERYTHING = [parseGrant("subscribe:*")].filter((grant) => grant !== undefined);

type Rules = Parameters<SubscriptionStore["subscribe"]>[2];

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
    if (typeof record !== "string") return record;
    const marks = { revision: 0 };
    return { connection, firstEnd: connection.expiresAt, grants: EVERYTHING, marks, subscribed: new Set() };
  }
}

/** A repeated $connect overwrites the record, also one of another user. */
export class OverwritingOnConnect extends MemoryConnectionStore {
  override async open(connection: Connection, grants: Grants): Promise<OpenOutcome> {
    const outcome = await super.open(connection, grants);
    if (outcome === "closed") return outcome;
    await super.close(connection.id, 0 as EpochSeconds);
    return super.open(connection, grants);
  }
}

/** A repeated $connect is refused because of its own record. */
export class RefusingRepeatedConnect extends MemoryConnectionStore {
  readonly #opened = new Set<ConnectionId>();

  override async open(connection: Connection, grants: Grants): Promise<OpenOutcome> {
    const outcome = await super.open(connection, grants);
    const again = this.#opened.has(connection.id);
    this.#opened.add(connection.id);
    return outcome === "stored" && again ? "taken" : outcome;
  }
}

/** Counts requests, not subscriptions. */
export class CountingRequests extends MemorySubscriptionStore {
  readonly #counts = new Map<ConnectionId, number>();

  override async subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    rules: Rules,
  ): Promise<StoreOutcome<SubscribeResult>> {
    const outcome = await super.subscribe(request, now, rules);
    if (outcome.kind !== "answered") return outcome;
    const results = outcome.results.map((result): SubscribeResult => {
      const count = this.#counts.get(request.connectionId) ?? 0;
      if (result !== "subscribed") return result;
      this.#counts.set(request.connectionId, count + 1);
      return count >= rules.limit ? "limit-reached" : result;
    });
    return { ...outcome, results };
  }

  override async unsubscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
  ): Promise<StoreOutcome<UnsubscribeResult>> {
    const count = this.#counts.get(request.connectionId) ?? 0;
    this.#counts.set(request.connectionId, Math.max(0, count - request.entityIds.length));
    return super.unsubscribe(request, now);
  }
}

/** Of two renewals the one that comes last stays. */
export class LettingAnyRenewalWin extends MemoryConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, before: () => Promise<void>): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now, before);
    const record = this.openRecord(renewal.connectionId);
    if (outcome.kind !== "ends-no-later" || record === undefined) return outcome;
    const previous = { token: record.connection.token, grants: record.grants };
    await this.takeBack({ ...renewal, token: previous.token }, renewal);
    return { kind: "renewed", previous };
  }
}

/** Any user's token renews a connection. */
export class RenewingForAnyUser extends MemoryConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, before: () => Promise<void>): Promise<RenewOutcome> {
    const [present] = await this.inspect([renewal.connectionId], now);
    if (present?.kind !== "open") return { kind: "not-connected" };
    return super.renew({ ...renewal, userId: present.connection.identity.userId }, now, before);
  }
}

/** A renewal replaces the facts of the token, and not its grants. */
export class KeepingTheOldGrants extends MemoryConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, before: () => Promise<void>): Promise<RenewOutcome> {
    const grants = this.openRecord(renewal.connectionId)?.grants ?? [];
    return super.renew({ ...renewal, grants }, now, before);
  }
}

/** A taken back renewal leaves its grants behind. */
export class TakingBackWithoutGrants extends MemoryConnectionStore {
  override takeBack(renewal: Renewal, { token }: PreviousToken): Promise<void> {
    return super.takeBack(renewal, { token, grants: renewal.grants });
  }
}

/** A renewal is acknowledged, and the record stays as it is. */
export class RenewingOnPaper extends MemoryConnectionStore {
  override async renew(renewal: Renewal, now: EpochSeconds, before: () => Promise<void>): Promise<RenewOutcome> {
    const outcome = await super.renew(renewal, now, before);
    if (outcome.kind === "renewed") await this.takeBack(renewal, outcome.previous);
    return outcome;
  }
}

/** A connection ends by the end that it had at first, and whether it was renewed meanwhile does not matter. */
export class EndingByTheFirstToken extends MemoryConnectionStore {
  readonly #first = new Map<ConnectionId, Connection>();

  override async open(connection: Connection, grants: Grants): Promise<OpenOutcome> {
    if (!this.#first.has(connection.id)) this.#first.set(connection.id, connection);
    return super.open(connection, grants);
  }

  override async candidatesIn(): Promise<Page<SlotCandidate>> {
    return { items: [...this.#first.keys()].map((id) => ({ id, ends: "connection" })) };
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
