import type { EpochSeconds } from "../../domain/time.ts";
import type { Revocation, TokenHolder } from "../../domain/token/revocation.ts";

/**
 * Remembers revocations. Every call responds within two seconds, its own retries included, or throws
 * DependencyUnavailableError. Every call may be repeated.
 */
export interface RevocationList {
  /**
   * Adds a revocation, which is kept until `keepUntil` at least. An older one never takes a newer one back: of two for
   * the same user or issuer the later `issuedBefore` counts, and the later `keepUntil`.
   */
  add(revocation: Revocation, keepUntil: EpochSeconds): Promise<void>;
  /** The revocations of a token's user, id and issuer: three at most. Strongly consistent. */
  concerning(holder: TokenHolder): Promise<readonly Revocation[]>;
}
