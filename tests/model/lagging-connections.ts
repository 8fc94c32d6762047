import type {
  ConnectionStore,
  ListedConnection,
  OpenOutcome,
  Page,
} from "../../src/application/ports/connection-store.ts";
import type { Connection, ConnectionId } from "../../src/domain/connection/connection.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EpochSeconds } from "../../src/domain/time.ts";
import type { FixedClock } from "../fakes/fixed-clock.ts";

/** Looks up a user's connections in a copy that lags behind, as a global secondary index does. */
export class LaggingConnections implements ConnectionStore {
  readonly #store: ConnectionStore;
  readonly #copy: ConnectionStore;
  readonly #clock: FixedClock;
  readonly #lagMillis: number;
  readonly #coming: { readonly at: number; readonly write: () => Promise<unknown> }[] = [];

  constructor(store: ConnectionStore, copy: ConnectionStore, clock: FixedClock, lagSeconds: number) {
    this.#store = store;
    this.#copy = copy;
    this.#clock = clock;
    this.#lagMillis = lagSeconds * 1000;
  }

  open(connection: Connection): Promise<OpenOutcome> {
    this.#copyLater(() => this.#copy.open(connection));
    return this.#store.open(connection);
  }

  close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    this.#copyLater(() => this.#copy.close(id, now));
    return this.#store.close(id, now);
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
    await this.#catchUp();
    return this.#copy.liveConnectionsOf(userId, now, from);
  }

  async countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId, most: number): Promise<number> {
    await this.#catchUp();
    return this.#copy.countLive(userId, now, besides, most);
  }

  liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    return this.#store.liveConnectionsAmong(ids, userId, now);
  }

  async #catchUp(): Promise<void> {
    while ((this.#coming[0]?.at ?? Number.POSITIVE_INFINITY) <= this.#clock.now()) await this.#coming.shift()?.write();
  }

  #copyLater(write: () => Promise<unknown>): void {
    this.#coming.push({ at: this.#clock.now() + this.#lagMillis, write });
  }
}
