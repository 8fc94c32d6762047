import type { ConnectionStore, ListedConnection, Page } from "../../../src/application/ports/connection-store.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { pause } from "../../support/pause.ts";
import type { ConnectionStoreSubject } from "../connection-store.contract.ts";
import type { Mutant } from "../describe-mutants.ts";
import { downThrough, type Flaws } from "./down-through.ts";
import { PlainConnectionStore } from "./plain-connection-store.ts";

/** `open` reads and writes in two requests. */
class ReadingBeforeWriting extends PlainConnectionStore {
  override async open(connection: Connection) {
    const conflict = this.conflict(connection);
    await pause(2);
    if (conflict === undefined) this.put(connection);
    return conflict ?? "stored";
  }
}

class WithoutUserAgent extends PlainConnectionStore {
  override open({ userAgent: _, ...connection }: Connection) {
    return super.open(connection);
  }
}

class WithoutNames extends PlainConnectionStore {
  override open({ identity: { userId }, ...connection }: Connection) {
    return super.open({ identity: { userId }, ...connection });
  }
}

class WithUserAgent extends PlainConnectionStore {
  override open(connection: Connection) {
    return super.open({ userAgent: "unknown", ...connection });
  }
}

class Replacing extends PlainConnectionStore {
  override async open(connection: Connection) {
    const outcome = await super.open(connection);
    if (outcome === "stored") this.put(connection);
    return outcome;
  }
}

class AcceptingAnyUser extends PlainConnectionStore {
  override async open(connection: Connection) {
    const outcome = await super.open(connection);
    return outcome === "taken" ? "stored" : outcome;
  }
}

class ASecondShort extends PlainConnectionStore {
  protected override isLive(connection: Connection, now: EpochSeconds): boolean {
    return super.isLive(connection, addSeconds(now, 1));
  }
}

class NeverExpiring extends PlainConnectionStore {
  protected override isLive(): boolean {
    return true;
  }
}

class ShowingTheClosed extends PlainConnectionStore {
  override async close(id: ConnectionId, now: EpochSeconds) {
    const { connection } = this.rows.get(id) ?? {};
    await super.close(id, now);
    this.rows.set(id, { ...this.rows.get(id), ...(connection && { connection }) });
  }
}

class ClosingOnce extends PlainConnectionStore {
  readonly #closed = new Set<ConnectionId>();

  override async close(id: ConnectionId, now: EpochSeconds) {
    await super.close(id, now);
    if (this.#closed.has(id)) this.rows.delete(id);
    this.#closed.add(id);
  }
}

class ClosingOnlyWhatItFinds extends PlainConnectionStore {
  override async close(id: ConnectionId, now: EpochSeconds) {
    if (this.rows.has(id)) await super.close(id, now);
  }
}

class TombstoneOfASecond extends PlainConnectionStore {
  override close(id: ConnectionId, now: EpochSeconds) {
    return super.close(id, addSeconds(now, 1 - 3600));
  }
}

/** Correct by the times of its calls, but it also uses its own clock. */
class TombstoneOfASecondOfItsOwn extends PlainConnectionStore {
  override async close(id: ConnectionId, now: EpochSeconds) {
    setTimeout(() => this.rows.delete(id), 1_000).unref();
    return super.close(id, now);
  }
}

class RecordOfASecondOfItsOwn extends PlainConnectionStore {
  override async open(connection: Connection) {
    setTimeout(() => this.rows.delete(connection.id), 1_000).unref();
    return super.open(connection);
  }
}

class ClosingAllOfAUser extends PlainConnectionStore {
  override async close(id: ConnectionId, now: EpochSeconds) {
    const userId = this.rows.get(id)?.connection?.identity.userId;
    for (const [other, { connection }] of this.rows) {
      if (userId && connection?.identity.userId === userId) await super.close(other as ConnectionId, now);
    }
    return super.close(id, now);
  }
}

class ClosingTheKnown extends PlainConnectionStore {
  override async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    if (!this.rows.has(id)) throw new Error("no such connection");
    return super.close(id, now);
  }
}

class ShowingAllUsers extends PlainConnectionStore {
  protected override isOf(): boolean {
    return true;
  }
}

class FindingAnyUsersConnection extends PlainConnectionStore {
  override async liveConnectionsAmong(ids: readonly ConnectionId[], _userId: UserId, now: EpochSeconds) {
    const found = [...new Set(ids)].flatMap((id) => this.rows.get(id)?.connection ?? []);
    return found.filter((connection) => this.isLive(connection, now));
  }
}

class FindingTheExpired extends PlainConnectionStore {
  override async liveConnectionsAmong(ids: readonly ConnectionId[], userId: UserId) {
    return super.liveConnectionsAmong(ids, userId, 0 as EpochSeconds);
  }
}

class FindingTwice extends PlainConnectionStore {
  override async liveConnectionsAmong(ids: readonly ConnectionId[], userId: UserId, now: EpochSeconds) {
    return (await Promise.all(ids.map((id) => super.liveConnectionsAmong([id], userId, now)))).flat();
  }
}

class FindingAHundred extends PlainConnectionStore {
  override async liveConnectionsAmong(ids: readonly ConnectionId[], userId: UserId, now: EpochSeconds) {
    return super.liveConnectionsAmong(ids.slice(0, 100), userId, now);
  }
}

/** Correct for all of a user's connections, but not strongly consistent for named ones. */
class FindingLate extends PlainConnectionStore {
  readonly #seen = new Set<ConnectionId>();

  override async open(connection: Connection) {
    setTimeout(() => this.#seen.add(connection.id), 5);
    return super.open(connection);
  }

  override async liveConnectionsAmong(ids: readonly ConnectionId[], userId: UserId, now: EpochSeconds) {
    return super.liveConnectionsAmong(
      ids.filter((id) => this.#seen.has(id)),
      userId,
      now,
    );
  }
}

class CountingTheExpired extends PlainConnectionStore {
  override countLive(userId: UserId, _now: EpochSeconds, besides: ConnectionId, most: number) {
    return super.countLive(userId, 0 as EpochSeconds, besides, most);
  }
}

class CountingEveryone extends PlainConnectionStore {
  override async countLive(_userId: UserId, now: EpochSeconds, besides: ConnectionId, most: number) {
    const users = new Set([...this.rows.values()].flatMap(({ connection }) => connection?.identity.userId ?? []));
    const counts = await Promise.all([...users].map((userId) => super.countLive(userId, now, besides, most)));
    return Math.min(
      counts.reduce((sum, count) => sum + count, 0),
      most,
    );
  }
}

class CountingWithoutEnd extends PlainConnectionStore {
  override countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId) {
    return super.countLive(userId, now, besides, Number.POSITIVE_INFINITY);
  }
}

class CountingAHundred extends PlainConnectionStore {
  override countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId, most: number) {
    return super.countLive(userId, now, besides, Math.min(most, 100));
  }
}

/** It reads as many as it may count, with the one that asks among them. */
class CountingOneTooFew extends PlainConnectionStore {
  override async countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId, most: number) {
    const read = await super.countLive(userId, now, "" as ConnectionId, most);
    const isAmong = this.rows.get(besides)?.connection?.identity.userId === userId;
    return isAmong ? read - 1 : read;
  }
}

class MatchingPrefixes extends PlainConnectionStore {
  protected override isOf(userId: UserId, connection: Connection): boolean {
    return connection.identity.userId.startsWith(userId);
  }
}

class OnePage extends PlainConnectionStore {
  protected override pageSize(): number {
    return Number.POSITIVE_INFINITY;
  }
}

class RepeatingTheLast extends PlainConnectionStore {
  protected override page(rest: readonly Connection[]): Page<ListedConnection> {
    const page = super.page(rest);
    return page.next === undefined ? page : { ...page, next: `after ${page.items.at(-2)?.id}` };
  }
}

/** The next page starts after the number of items already shown, so that items which expire meanwhile shift it. */
class PagesByNumber extends PlainConnectionStore {
  override async liveConnectionsOf(userId: UserId, now: EpochSeconds, from = "0"): Promise<Page<ListedConnection>> {
    const live = [...this.rows.values()].flatMap(({ connection }) =>
      connection && this.isOf(userId, connection) && this.isLive(connection, now) ? connection : [],
    );
    const end = Number(from) + this.pageSize();
    return {
      items: live.slice(Number(from), end).map(({ token: _, ...listed }) => listed),
      ...(end < live.length && { next: String(end) }),
    };
  }
}

class TakingAnyCursor extends PlainConnectionStore {
  protected override readCursor(from: string): string {
    return from;
  }
}

class CursorsOfAnOwner extends PlainConnectionStore {
  readonly #owners = new Map<string, UserId>();

  override liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
    return super.liveConnectionsOf(from === undefined ? userId : (this.#owners.get(from) ?? userId), now, from);
  }

  protected override page(rest: readonly Connection[]): Page<ListedConnection> {
    const page = super.page(rest);
    const owner = page.items[0]?.identity.userId;
    if (page.next !== undefined && owner !== undefined) this.#owners.set(page.next, owner);
    return page;
  }
}

/** Correct: the port allows it. */
class Lagging extends PlainConnectionStore {
  readonly #index = new PlainConnectionStore();

  override async open(connection: Connection) {
    this.#later(() => this.#index.open(connection));
    return super.open(connection);
  }

  override async close(id: ConnectionId, now: EpochSeconds) {
    this.#later(() => this.#index.close(id, now));
    return super.close(id, now);
  }

  override liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
    return this.#index.liveConnectionsOf(userId, now, from);
  }

  #later(write: () => Promise<unknown>): void {
    setTimeout(write, 5);
  }
}

/** One store for all tests, as if it were a table. */
function over(store: ConnectionStore, flaws?: Flaws): ConnectionStoreSubject {
  return { makeStore: () => store, whenDown: downThrough(store, "CONNECTION_STORE", flaws), lagMillis: 200 };
}

function of(Store: new () => ConnectionStore): ConnectionStoreSubject {
  return over(new Store());
}

export const connectionStoreMutants: readonly Mutant<ConnectionStoreSubject>[] = [
  ["forgets optional fields", of(WithoutUserAgent), ["remembers all that is known"]],
  ["forgets every name", of(WithoutNames), ["keeps the names for display"]],
  ["makes up a missing field", of(WithUserAgent), ["of which little is known"]],
  ["replaces the record when open is repeated", of(Replacing), ["changes nothing when repeated"]],
  ["lets another user in", of(AcceptingAnyUser), ["another user's live record", "live until its last second"]],
  [
    "reads before it writes",
    of(ReadingBeforeWriting),
    ["two users who open it at once", "wins over a concurrent open"],
  ],
  ["ends a second early", of(ASecondShort), ["live until its last second", "a record in its last second"]],
  [
    "never ends",
    of(NeverExpiring),
    ["gone from the moment", "moves the id of an expired record", "hides a record from", "hides a record long after"],
  ],
  ["shows what was closed", of(ShowingTheClosed), ["forgets the connection"]],
  ["drops its marker when close is repeated", of(ClosingOnce), ["may be repeated"]],
  [
    "marks as closed only a record that it finds",
    of(ClosingOnlyWhatItFinds),
    ["an open that comes after it", "in any order"],
  ],
  ["has a tombstone of one second", of(TombstoneOfASecond), ["refuses the id for an hour"]],
  ["has a tombstone of one second by its own clock", of(TombstoneOfASecondOfItsOwn), ["a clock of its own"]],
  ["has a record of one second by its own clock", of(RecordOfASecondOfItsOwn), ["a clock of its own"]],
  ["closes all connections of a user", of(ClosingAllOfAUser), ["touches no other connection"]],
  ["closes only open connections", of(ClosingTheKnown), ["an id that was never opened"]],
  ["shows every connection to every user", of(ShowingAllUsers), ["knows no connection"]],
  ["finds a named connection of any user", of(FindingAnyUsersConnection), ["finds a user's own among"]],
  ["finds a named connection that has expired", of(FindingTheExpired), ["finds a user's own among"]],
  ["finds a connection as often as it is named", of(FindingTwice), ["finds a user's own among"]],
  ["finds a hundred and no more", of(FindingAHundred), ["finds 130 named connections"]],
  ["finds named connections a moment late", of(FindingLate), ["finds a user's own among", "finds 130 named"]],
  ["counts the expired", of(CountingTheExpired), ["counts a user's open connections"]],
  ["counts all users together", of(CountingEveryone), ["counts a user's open connections"]],
  ["counts the one that asks as one of the most", of(CountingOneTooFew), ["leaves out the connection that asks"]],
  ["counts further than it may", of(CountingWithoutEnd), ["counts no further"]],
  ["counts a hundred and no more", of(CountingAHundred), ["counts no further"]],
  ["compares only the beginning of a name", of(MatchingPrefixes), ["to be a user like any other"]],
  ["puts all connections on one page", of(OnePage), ["over all its pages"]],
  ["shows some twice", of(RepeatingTheLast), ["over all its pages"]],
  ["finds the next page by counting", of(PagesByNumber), ["goes on where a page ended"]],
  ["accepts any cursor", of(TakingAnyCursor), ["which is not a cursor of this store"]],
  ["takes the user from the cursor", of(CursorsOfAnOwner), ["no other user's connections"]],
  ["throws what its client throws", over(new PlainConnectionStore(), { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", over(new PlainConnectionStore(), { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightConnectionStores: Readonly<Record<string, ConnectionStoreSubject>> = {
  "the port in its simplest form": of(PlainConnectionStore),
  "pages of 1": over(new PlainConnectionStore(1)),
  "pages of 50": over(new PlainConnectionStore(50)),
  "pages of 200": over(new PlainConnectionStore(200)),
  "pages of 500": over(new PlainConnectionStore(500)),
  "pages of 1,000": over(new PlainConnectionStore(1000)),
  "an index that lags": { ...of(Lagging), lagMillis: 3_000 },
};
