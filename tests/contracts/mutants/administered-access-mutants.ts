import type { AccessChange, AccessEntry, AccessList } from "../../../src/domain/grants/access-list.ts";
import { grantText } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import { pause } from "../../support/pause.ts";
import type { AdministeredAccessSubject } from "../administered-access.contract.ts";
import type { Mutant } from "../describe-mutants.ts";
import { downThrough, type Flaws } from "./down-through.ts";
import { PlainAdministeredAccess } from "./plain-administered-access.ts";

class ForgettingEnds extends PlainAdministeredAccess {
  protected override altered({ until: _, ...change }: AccessChange, list: AccessList): AccessList {
    return super.altered(change, list);
  }
}

class RecordingLate extends PlainAdministeredAccess {
  override async record(change: AccessChange): Promise<void> {
    setTimeout(() => super.record(change), 2);
  }
}

class KeepingEveryEvent extends PlainAdministeredAccess {
  protected override keyOf(userId: UserId, entry: AccessEntry): string {
    return `${super.keyOf(userId, entry)} ${this.entries.size}`;
  }
}

class ComparingTheBeginning extends PlainAdministeredAccess {
  protected override prefixOf(userId: UserId): string {
    return userId;
  }
}

class ReadingSpellingsAsOne extends PlainAdministeredAccess {
  protected override keyOf(userId: UserId, entry: AccessEntry): string {
    return `${this.prefixOf(userId)}${grantText(entry).normalize()}`;
  }
}

class BelievingTheLastEvent extends PlainAdministeredAccess {
  protected override altered(change: AccessChange): AccessList {
    return super.altered(change, []);
  }
}

class ReadingBeforeWriting extends PlainAdministeredAccess {
  #pauseMillis = 100;

  override async record(change: AccessChange): Promise<void> {
    const altered = this.altered(change, this.listOf(change.userId));
    // The first of many writes last.
    this.#pauseMillis = Math.max(0, this.#pauseMillis - 4);
    await pause(this.#pauseMillis);
    for (const entry of altered) this.entries.set(this.keyOf(change.userId, entry), entry);
  }
}

class OneListForAWrite extends PlainAdministeredAccess {
  override async record(change: AccessChange): Promise<void> {
    const list = this.listOf(change.userId);
    await pause(1);
    for (const key of this.entries.keys()) {
      if (key.startsWith(this.prefixOf(change.userId))) this.entries.delete(key);
    }
    for (const entry of [...list, ...this.altered(change, list)]) {
      this.entries.set(this.keyOf(change.userId, entry), entry);
    }
  }
}

class WithdrawingNothing extends PlainAdministeredAccess {
  protected override altered(change: AccessChange, list: AccessList): AccessList {
    return change.kind === "grant" ? super.altered(change, list) : [];
  }
}

function over(access: PlainAdministeredAccess, flaws?: Flaws): AdministeredAccessSubject {
  return { makeAccess: () => access, whenDown: downThrough(access, "ACCESS_LIST", flaws) };
}

export const administeredAccessMutants: readonly Mutant<AdministeredAccessSubject>[] = [
  ["forgets ends", over(new ForgettingEnds()), ["with all that was decided"]],
  ["records late", over(new RecordingLate()), ["are there at once"]],
  ["keeps every event", over(new KeepingEveryEvent()), ["are one for each pattern", "lose nothing"]],
  ["compares the beginning of a user's id", over(new ComparingTheBeginning()), ["belong to one user"]],
  ["reads spellings as one", over(new ReadingSpellingsAsOne()), ["tell spellings"]],
  ["believes the last event", over(new BelievingTheLastEvent()), ["after any order", "are one for each pattern"]],
  ["reads before it writes", over(new ReadingBeforeWriting()), ["lose nothing"]],
  ["writes the list as it read it", over(new OneListForAWrite()), ["lose nothing", "also at once"]],
  ["withdraws nothing", over(new WithdrawingNothing()), ["leave nothing granted"]],
  ["throws what its client throws", over(new PlainAdministeredAccess(), { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", over(new PlainAdministeredAccess(), { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightAdministeredAccess: Readonly<Record<string, AdministeredAccessSubject>> = {
  "the port in its simplest form": over(new PlainAdministeredAccess()),
};
