import type { ConnectionId } from "../../domain/connection/connection.ts";
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
};

/**
 * - `renewed`: every later call of any port sees the new end. `previous` are the facts of the token before.
 * - `ends-no-later`: the record's token ends at the same time or later. Nothing was written.
 */
export type RenewOutcome =
  | { readonly kind: "renewed"; readonly previous: TokenFacts }
  | { readonly kind: "ends-no-later" | Absence };

/**
 * Moves the ends of open connections. Every call responds within two seconds, its own retries included, or throws
 * DependencyUnavailableError. A call that threw may still take effect, but never undoes a newer renewal.
 */
export interface ConnectionRenewals {
  /**
   * Replaces the facts of the token, and the end in the record and its index, at the same price whatever the connection
   * follows. A connection that has ended does not come back. Of two renewals the token with the later end stays, in
   * whichever order they arrive.
   */
  renew(renewal: Renewal, now: EpochSeconds): Promise<RenewOutcome>;
  /** Takes a renewal back: the record has `previous` again, unless a newer renewal or the end has come. */
  takeBack(renewal: Renewal, previous: TokenFacts): Promise<void>;
}
