import type { AdministeredAccess } from "../../../src/application/ports/administered-access.ts";
import {
  type AccessChange,
  type AccessEntry,
  type AccessList,
  alteredBy,
} from "../../../src/domain/grants/access-list.ts";
import { grantText } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";

/** The port in its simplest form, with a separate step for each rule: a mutant breaks one of them. */
export class PlainAdministeredAccess implements AdministeredAccess {
  protected readonly entries = new Map<string, AccessEntry>();

  async record(change: AccessChange): Promise<void> {
    const altered = this.altered(change, this.listOf(change.userId));
    for (const entry of altered) this.entries.set(this.keyOf(change.userId, entry), entry);
  }

  async entriesOf(userId: UserId): Promise<AccessList> {
    return this.listOf(userId);
  }

  protected altered(change: AccessChange, list: AccessList): AccessList {
    return alteredBy(change, list);
  }

  protected listOf(userId: UserId): AccessList {
    const own = this.prefixOf(userId);
    return [...this.entries].filter(([key]) => key.startsWith(own)).map(([, entry]) => entry);
  }

  protected keyOf(userId: UserId, entry: AccessEntry): string {
    return `${this.prefixOf(userId)}${grantText(entry)}`;
  }

  protected prefixOf(userId: UserId): string {
    return `${userId} `;
  }
}
