import type { AccessChange, AccessList } from "../../domain/grants/access-list.ts";
import type { UserId } from "../../domain/identity/identity.ts";

/**
 * Remembers what administrators granted and withdrew. Every call responds within two seconds, its own retries included,
 * or throws DependencyUnavailableError. Every call may be repeated, and in any order: `alteredBy` says what a change
 * alters, and `forgottenFrom` until when an entry is kept.
 */
export interface AdministeredAccess {
  record(change: AccessChange): Promise<void>;
  /** All entries of a user. One read, unless they exceed a megabyte. Strongly consistent. */
  entriesOf(userId: UserId): Promise<AccessList>;
}
