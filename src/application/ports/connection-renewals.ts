import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { Seq } from "../../domain/connection/seq.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import type { EpochMillis, EpochSeconds } from "../../domain/time.ts";
import type { TokenFacts } from "../../domain/token/token-facts.ts";
import type { Absence } from "./connection-store.ts";

/** A newer token for an open connection. `connectedAt` is the gateway's, as in the record. */
export type Renewal = {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  readonly connectedAt: EpochMillis;
  readonly token: TokenFacts;
  readonly grants: Grants;
  /** Absent if the client does not order its requests. */
  readonly seq?: Seq | undefined;
};

/** What a renewal replaced. `grants` are empty if they are the same as before. */
export type PreviousToken = { readonly token: TokenFacts; readonly grants: Grants };

/**
 * - `renewed`: every later call of any port sees the new end and the new grants.
 * - `ends-no-later`: the record's token ends at the same time or later. Nothing was written.
 * - `stale`: a request with the same or a greater `seq` had an effect before. Nothing was written.
 */
export type RenewOutcome =
  | { readonly kind: "renewed"; readonly previous: PreviousToken }
  | { readonly kind: "ends-no-later" | "stale" | Absence };

/**
 * Moves the ends of open connections. Every call responds within two seconds, its own retries included, or throws
 * DependencyUnavailableError. A call that threw may still take effect, but never undoes a newer renewal.
 */
export interface ConnectionRenewals {
  /**
   * Replaces the facts of the token and its grants, and the end in the record and its index, at the same price whatever
   * the connection follows. A connection that has ended does not come back. Of two renewals the token with the later end
   * stays, in whichever order they arrive. If the grants are others, `beforeOtherGrants` runs first; if it throws,
   * nothing is written. A `subscribe` that was decided by the old grants is decided again, or was before.
   */
  renew(renewal: Renewal, now: EpochSeconds, beforeOtherGrants: () => Promise<void>): Promise<RenewOutcome>;
  /** Takes a renewal back: the record has `previous` again, unless a newer renewal or the end has come. */
  takeBack(renewal: Renewal, previous: PreviousToken): Promise<void>;
}
