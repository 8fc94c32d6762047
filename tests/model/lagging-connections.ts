import type { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import type {
  ConnectionRenewals,
  PreviousToken,
  Renewal,
  RenewOutcome,
} from "../../src/application/ports/connection-renewals.ts";
import type {
  ConnectionStore,
  ListedConnection,
  OpenOutcome,
  Page,
} from "../../src/application/ports/connection-store.ts";
import type {
  EndingConnections,
  InspectedConnection,
  SlotCandidate,
} from "../../src/application/ports/ending-connections.ts";
import { type Connection, type ConnectionId, isExpired } from "../../src/domain/connection/connection.ts";
import type { EndingCode, EndSlot } from "../../src/domain/connection/ending.ts";
import type { Grants } from "../../src/domain/grants/grant.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

export type Connections = ConnectionStore & ConnectionRenewals & EndingConnections;

/** Connections that seem to have ended are looked up for so long, as the store for DynamoDB does. */
export const LOOKED_UP_SECONDS = 60;

/** The index of ends lags behind by less than the function that ends connections waits for. */
const MOST_ENDS_LAG_MILLIS = 1000;

type Copy = {
  readonly store: MemoryConnectionStore;
  readonly coming: { readonly at: number; readonly write: () => unknown }[];
  /** Resolves when everything that was due is written. */
  written: Promise<void>;
};

/** Looks connections up in copies that lag behind, as global secondary indexes do: by user, and by end. */
export class LaggingConnections implements Connections {
  readonly #store: Connections;
  readonly #users: Copy;
  readonly #ends: Copy;
  readonly #clock: FixedClock;
  readonly #lagMillis: number;
  readonly #lookedUpSeconds: number;

  constructor(
    makeStore: () => MemoryConnectionStore,
    store: Connections,
    clock: FixedClock,
    lag: { readonly lagSeconds: number; readonly lookedUpSeconds: number },
  ) {
    this.#store = store;
    this.#users = { store: makeStore(), coming: [], written: Promise.resolve() };
    this.#ends = { store: makeStore(), coming: [], written: Promise.resolve() };
    this.#clock = clock;
    this.#lagMillis = lag.lagSeconds * 1000;
    this.#lookedUpSeconds = lag.lookedUpSeconds;
  }

  open(connection: Connection, grants: Grants): Promise<OpenOutcome> {
    this.#copyLater((copy) => copy.open(connection, grants));
    return this.#store.open(connection, grants);
  }

  close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.#copyLater((copy) => copy.close(id, now));
    return this.#store.close(id, now);
  }

  /** The copies do not know the numbers of other requests. */
  async renew(
    { seq, ...renewal }: Renewal,
    now: EpochSeconds,
    beforeOtherGrants: () => Promise<void>,
  ): Promise<RenewOutcome> {
    const outcome = await this.#store.renew({ ...renewal, seq }, now, beforeOtherGrants);
    if (outcome.kind === "renewed") this.#copyLater((copy) => copy.renew(renewal, now, async () => undefined));
    return outcome;
  }

  takeBack(renewal: Renewal, previous: PreviousToken): Promise<void> {
    this.#copyLater((copy) => copy.takeBack(renewal, previous));
    return this.#store.takeBack(renewal, previous);
  }

  end(connection: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    this.#copyLater((copy) => copy.end(connection, code, now));
    return this.#store.end(connection, code, now);
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
    await this.#catchUp(this.#users);
    const since = addSeconds(now, -this.#lookedUpSeconds);
    const { items, ...rest } = await this.#users.store.liveConnectionsOf(userId, since, from);
    const ids = items.filter((one) => isExpired(one, now)).map(({ id }) => id);
    const renewed = ids.length > 0 ? await this.#store.liveConnectionsAmong(ids, userId, now) : [];
    return { items: [...items.filter((one) => !isExpired(one, now)), ...renewed], ...rest };
  }

  async countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId | undefined, most: number): Promise<number> {
    await this.#catchUp(this.#users);
    return this.#users.store.countLive(userId, now, besides, most);
  }

  liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    return this.#store.liveConnectionsAmong(ids, userId, now);
  }

  async candidatesIn(slot: EndSlot, from?: string): Promise<Page<SlotCandidate>> {
    await this.#catchUp(this.#ends);
    return this.#ends.store.candidatesIn(slot, from);
  }

  async countIn(slot: EndSlot): Promise<number> {
    await this.#catchUp(this.#ends);
    return this.#ends.store.countIn(slot);
  }

  inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    return this.#store.inspect(ids, now);
  }

  /** Lists the end of a subscription's grant, or takes it off, as the index of ends has it later. */
  copyEnd(...end: Parameters<MemoryConnectionStore["listEnd"]>): void {
    this.#copyLater((copy) => copy.listEnd(...end));
  }

  #copyLater(write: (copy: MemoryConnectionStore) => unknown): void {
    const now = this.#clock.now();
    const { store: users } = this.#users;
    const { store: ends } = this.#ends;
    this.#users.coming.push({ at: now + this.#lagMillis, write: () => write(users) });
    this.#ends.coming.push({ at: now + Math.min(this.#lagMillis, MOST_ENDS_LAG_MILLIS), write: () => write(ends) });
  }

  /** Writes one after the other, also for readers that overlap. */
  #catchUp(copy: Copy): Promise<void> {
    const write = async () => {
      const { coming } = copy;
      while ((coming[0]?.at ?? Number.POSITIVE_INFINITY) <= this.#clock.now()) await coming.shift()?.write();
    };
    copy.written = copy.written.then(write);
    return copy.written;
  }
}
