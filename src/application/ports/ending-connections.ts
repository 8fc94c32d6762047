import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { EndingCode, EndSlot } from "../../domain/connection/ending.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Page } from "./connection-store.ts";

/**
 * `ended`: `end` has closed it in the last hour, and its socket may still be open. All attempts to close one take half
 * an hour if some of them are interrupted.
 */
export type InspectedConnection =
  | { readonly kind: "open"; readonly connection: Connection }
  | { readonly kind: "ended"; readonly id: ConnectionId; readonly code: EndingCode };

/**
 * A candidate of a slot: a connection whose end is in it, or a connection with a subscription whose grant ends in it.
 */
export type SlotCandidate = { readonly id: ConnectionId; readonly ends: "connection" | "subscription" };

/**
 * Finds connections by their ends, and ends them. Every call responds within two seconds, its own retries included, or
 * throws DependencyUnavailableError. Every call may be repeated.
 */
export interface EndingConnections {
  /**
   * What ends in the slot, each connection and each subscription once over all pages. They are candidates only:
   * eventually consistent, closed connections included.
   */
  candidatesIn(slot: EndSlot, from?: string): Promise<Page<SlotCandidate>>;
  /** The number of candidates in a slot. */
  countIn(slot: EndSlot): Promise<number>;
  /**
   * The connections among at most 100 ids that are open, expired ones too, or that `end` has closed. Strongly
   * consistent, each once.
   */
  inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]>;
  /**
   * Closes a connection as `close` does, if it is open and still has the token that the caller saw. `false` if it was
   * renewed or closed meanwhile. From then on its requests are answered by the code: `token-expired`, `token-revoked`,
   * else `not-connected`. A repeated call that finds its own effect returns `true`.
   */
  end(connection: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean>;
}
