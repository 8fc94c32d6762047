import type { AdministeredAccess } from "../../application/ports/administered-access.ts";
import { type AccessChange, type AccessEntry, type AccessList, alteredBy } from "../../domain/grants/access-list.ts";
import { grantText } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";

/** Remembers in this process what administrators granted and withdrew, for `npm start` and tests. */
export class MemoryAdministeredAccess implements AdministeredAccess {
  readonly #entries = new Map<UserId, ReadonlyMap<string, AccessEntry>>();

  async record(change: AccessChange): Promise<void> {
    const entries = new Map(this.#entries.get(change.userId));
    for (const altered of alteredBy(change, [...entries.values()])) entries.set(grantText(altered), altered);
    this.#entries.set(change.userId, entries);
  }

  async entriesOf(userId: UserId): Promise<AccessList> {
    return [...(this.#entries.get(userId)?.values() ?? [])];
  }
}
