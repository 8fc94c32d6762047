import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EpochSeconds } from "../../domain/time.ts";

/**
 * At most 1,000 items; a page may be empty. `next` is the cursor of the next page, opaque to callers, and absent on the
 * last page. A `from` that no store can have issued as `next` throws MalformedInputError.
 */
export type Page<T> = { readonly items: readonly T[]; readonly next?: string };

/**
 * Why a connection takes no request any more. `not-connected`: it is closed, its time is over (`closesAt`), another user
 * has it, or it was never opened. `token-expired` and `token-revoked` are for the user's own connection until its socket
 * is closed.
 */
export type Absence = "not-connected" | "token-expired" | "token-revoked";

/** A connection as an index lists it: without the facts of its token. */
export type ListedConnection = Omit<Connection, "token">;

/** `stored` opens the connection. `closed` and `taken` refuse it, as `open` says. */
export type OpenOutcome = "stored" | "closed" | "taken";

/**
 * Remembers open connections. Every call responds within two seconds, its own retries included, or throws
 * DependencyUnavailableError. A call that threw may still have taken effect. Every call may be repeated.
 */
export interface ConnectionStore {
  /**
   * Idempotent for the same user: a repeated call changes nothing and returns `stored`. `closed` after `close`, in
   * whichever order the two arrived: a connection never comes back. `taken` if another user's live record has the id.
   * The grants are those of the connection's token.
   * Names and user agent are for display: if they and the user id exceed 240 bytes together, a store may leave out names
   * and cut the user agent.
   */
  open(connection: Connection, grants: Grants): Promise<OpenOutcome>;
  /**
   * Idempotent, also for ids never opened. Afterwards `open` refuses the id for at least an hour, and `subscribe`
   * refuses the connection. `unsubscribeAll` of the subscription store then removes its subscriptions.
   */
  close(id: ConnectionId, now: EpochSeconds): Promise<void>;
  /**
   * A user's connections that are open and not expired at `now`, each once over all pages, twice if it is renewed
   * meanwhile. Eventually consistent: the result may lag behind `open` and `close`, but never behind expiry, and for up
   * to a minute after its old end it does not lag behind a renewal either.
   */
  liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>>;
  /**
   * The number of a user's connections that are open and not expired at `now`, without `besides` if it is given, up to
   * `most`. It reads no more than it counts. Eventually consistent.
   */
  countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId | undefined, most: number): Promise<number>;
  /** A user's connections among at most 500 ids, open and not expired at `now`, each once. Strongly consistent. */
  liveConnectionsAmong(ids: readonly ConnectionId[], userId: UserId, now: EpochSeconds): Promise<readonly Connection[]>;
}
