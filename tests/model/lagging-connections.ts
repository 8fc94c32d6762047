import type { ConnectionRenewals, Renewal, RenewOutcome } from "../../src/application/ports/connection-renewals.ts";
import type {
  ConnectionStore,
  ListedConnection,
  OpenOutcome,
  Page,
} from "../../src/application/ports/connection-store.ts";
import type { EndingConnections, InspectedConnection } from "../../src/application/ports/ending-connections.ts";
import { type Connection, type ConnectionId, isExpired } from "../../src/domain/connection/connection.ts";
import type { EndingCode, EndSlot } from "../../src/domain/connection/ending.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import { addSeconds, type EpochSeconds } from "../../src/domain/time.ts";
import type { TokenFacts } from "../../src/domain/token/token-facts.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

export type Connections = ConnectionStore & ConnectionRenewals & EndingConnections;

/** Connections that seem to have ended are looked up for so long, as the store for DynamoDB does. */
export const LOOKED_UP_SECONDS = 60;

/** The index of ends lags behind by less than the function that ends connections waits for. */
const MOST_ENDS_LAG_MILLIS = 1000;

type Copy = { readonly store: Connections; readonly coming: { readonly at: number; readonly write: () => unknown }[] };

/** Looks connections up in copies that lag behind, as global secondary indexes do: by user, and by end. */
export class LaggingConnections implements Connections {
  readonly #store: Connections;
  readonly #users: Copy;
  readonly #ends: Copy;
  readonly #clock: FixedClock;
  readonly #lagMillis: number;
  readonly #lookedUpSeconds: number;

  constructor(
    makeStore: () => Connections,
    store: Connections,
    clock: FixedClock,
    lag: { readonly lagSeconds: number; readonly lookedUpSeconds: number },
  ) {
    this.#store = store;
    this.#users = { store: makeStore(), coming: [] };
    this.#ends = { store: makeStore(), coming: [] };
    this.#clock = clock;
    this.#lagMillis = lag.lagSeconds * 1000;
    this.#lookedUpSeconds = lag.lookedUpSeconds;
  }

  open(connection: Connection): Promise<OpenOutcome> {
    this.#copyLater((copy) => copy.open(connection));
    return this.#store.open(connection);
  }

  close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.#copyLater((copy) => copy.close(id, now));
    return this.#store.close(id, now);
  }

  renew(renewal: Renewal, now: EpochSeconds): Promise<RenewOutcome> {
    this.#copyLater((copy) => copy.renew(renewal, now));
    return this.#store.renew(renewal, now);
  }

  takeBack(renewal: Renewal, previous: TokenFacts): Promise<void> {
    this.#copyLater((copy) => copy.takeBack(renewal, previous));
    return this.#store.takeBack(renewal, previous);
  }

  end(connection: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    this.#copyLater((copy) => copy.end(connection, code, now));
    return this.#store.end(connection, code, now);
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
    this.#catchUp(this.#users);
    const since = addSeconds(now, -this.#lookedUpSeconds);
    const { items, ...rest } = await this.#users.store.liveConnectionsOf(userId, since, from);
    const ids = items.filter((one) => isExpired(one, now)).map(({ id }) => id);
    const renewed = ids.length > 0 ? await this.#store.liveConnectionsAmong(ids, userId, now) : [];
    return { items: [...items.filter((one) => !isExpired(one, now)), ...renewed], ...rest };
  }

  countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId | undefined, most: number): Promise<number> {
    this.#catchUp(this.#users);
    return this.#users.store.countLive(userId, now, besides, most);
  }

  liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    return this.#store.liveConnectionsAmong(ids, userId, now);
  }

  idsIn(slot: EndSlot, from?: string): Promise<Page<ConnectionId>> {
    this.#catchUp(this.#ends);
    return this.#ends.store.idsIn(slot, from);
  }

  countIn(slot: EndSlot): Promise<number> {
    this.#catchUp(this.#ends);
    return this.#ends.store.countIn(slot);
  }

  inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    return this.#store.inspect(ids, now);
  }

  #copyLater(write: (copy: Connections) => unknown): void {
    const now = this.#clock.now();
    const { store: users } = this.#users;
    const { store: ends } = this.#ends;
    this.#users.coming.push({ at: now + this.#lagMillis, write: () => write(users) });
    this.#ends.coming.push({ at: now + Math.min(this.#lagMillis, MOST_ENDS_LAG_MILLIS), write: () => write(ends) });
  }

  /** The stores in memory take effect at once. */
  #catchUp({ coming }: Copy): void {
    while ((coming[0]?.at ?? Number.POSITIVE_INFINITY) <= this.#clock.now()) coming.shift()?.write();
  }
}
