import type { Page } from "../../../src/application/ports/connection-store.ts";
import type { InspectedConnection, SlotCandidate } from "../../../src/application/ports/ending-connections.ts";
import type { SubscriptionRequest } from "../../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import { type EndingCode, type EndSlot, endSlot } from "../../../src/domain/connection/ending.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import type { TokenFacts } from "../../../src/domain/token/token-facts.ts";
import type { LifeStores } from "../../support/life-stores.ts";
import { pause } from "../../support/pause.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { EndingConnectionsSubject } from "../ending-connections.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";
import { type KeyedCandidate, PlainConnectionStore } from "./plain-connection-store.ts";
import { plainLifeStores } from "./plain-life-stores.ts";
import { PlainSubscriptionStore, type Rules } from "./plain-subscription-store.ts";

class SlotsOfAMinute extends PlainConnectionStore {
  protected override candidatesOf(slot: EndSlot): readonly KeyedCandidate[] {
    return [-10, 0, 10].flatMap((seconds) => super.candidatesOf(endSlot(addSeconds(slot, seconds))));
  }
}

class SlotsOfFiveSeconds extends PlainConnectionStore {
  protected override candidatesOf(slot: EndSlot): readonly KeyedCandidate[] {
    return super.candidatesOf(slot).filter(({ id }) => Number(this.find(id)?.expiresAt) % 10 < 5);
  }
}

class EndingEverywhere extends PlainConnectionStore {
  protected override candidatesOf(): readonly KeyedCandidate[] {
    const ids = [...this.rows.keys()] as ConnectionId[];
    return ids.map((id) => ({ key: id, id, ends: "connection" }));
  }
}

class OnePage extends PlainConnectionStore {
  override async candidatesIn(slot: EndSlot) {
    return { items: this.candidatesOf(slot) };
  }
}

class RepeatingTheLast extends PlainConnectionStore {
  protected override candidatePage(rest: readonly KeyedCandidate[]): Page<SlotCandidate> {
    const page = super.candidatePage(rest);
    const { key = "" } = rest[page.items.length - 2] ?? {};
    return page.next === undefined ? page : { ...page, next: this.cursorBehind(key) };
  }
}

class ListingNoGrants extends PlainConnectionStore {
  override listEnd(): void {}
}

/** A subscription stays in the slots of all its ends. */
class ListingEveryEnd extends PlainConnectionStore {
  override listEnd(key: string, id: ConnectionId, until: EpochSeconds | undefined): void {
    if (until !== undefined) super.listEnd(`${key} ${until}`, id, until);
  }
}

class ListingEachConnectionOnce extends PlainConnectionStore {
  override listEnd(_key: string, id: ConnectionId, until: EpochSeconds | undefined): void {
    super.listEnd(id, id, until);
  }
}

class CountingAPage extends PlainConnectionStore {
  override async countIn(slot: EndSlot): Promise<number> {
    return (await this.candidatesIn(slot)).items.length;
  }
}

class SlotsOfCursors extends PlainConnectionStore {
  readonly #slots = new Map<string, EndSlot>();

  override async candidatesIn(slot: EndSlot, from?: string) {
    const page = await super.candidatesIn((from === undefined ? undefined : this.#slots.get(from)) ?? slot, from);
    if (page.next !== undefined) this.#slots.set(page.next, slot);
    return page;
  }
}

class TakingAnyCursor extends PlainConnectionStore {
  protected override readCursor(from: string): string {
    return from;
  }
}

class HidingTheExpired extends PlainConnectionStore {
  override async inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    const found = await super.inspect(ids, now);
    return found.filter((one) => one.kind === "ended" || this.isLive(one.connection, now));
  }
}

class InspectingTwice extends PlainConnectionStore {
  override async inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    return (await Promise.all(ids.map((id) => super.inspect([id], now)))).flat();
  }
}

class InspectingTen extends PlainConnectionStore {
  override inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    return super.inspect(ids.slice(0, 10), now);
  }
}

class InspectingLate extends PlainConnectionStore {
  readonly #seen = new Set<ConnectionId>();

  override async open(connection: Connection) {
    setTimeout(() => this.#seen.add(connection.id), 5);
    return super.open(connection);
  }

  override inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    const seen = ids.filter((id) => this.#seen.has(id));
    return super.inspect(seen, now);
  }
}

class RememberingForEver extends PlainConnectionStore {
  override inspect(ids: readonly ConnectionId[]): Promise<readonly InspectedConnection[]> {
    return super.inspect(ids, 0 as EpochSeconds);
  }
}

class ForgettingAtOnce extends PlainConnectionStore {
  override async inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    const found = await super.inspect(ids, now);
    return found.filter(({ kind }) => kind === "open");
  }
}

/** `close` leaves what `end` has written. */
class KeepingTheCode extends PlainConnectionStore {
  override async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    const { ended, endedAt } = this.rows.get(id) ?? {};
    await super.close(id, now);
    const row = this.rows.get(id);
    this.rows.set(id, { ...row, ...(ended && { ended }), ...(endedAt && { endedAt }) });
  }
}

class EndingWithoutATombstone extends PlainConnectionStore {
  override async end(connection: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    const isEnded = await super.end(connection, code, now);
    const { closedUntil: _, ...row } = this.rows.get(connection.id) ?? {};
    if (isEnded) this.rows.set(connection.id, row);
    return isEnded;
  }
}

class EndingOnce extends PlainConnectionStore {
  override async end(connection: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    return this.find(connection.id) !== undefined && super.end(connection, code, now);
  }
}

class EndingAnything extends PlainConnectionStore {
  protected override hasToken(): boolean {
    return true;
  }
}

class ComparingEnds extends PlainConnectionStore {
  protected override hasToken(connection: Connection, token: TokenFacts): boolean {
    return connection.token.expiresAt === token.expiresAt;
  }
}

/** Whatever is not open counts as its own effect. */
class BelievingItself extends PlainConnectionStore {
  override async end(connection: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    return this.find(connection.id) === undefined || super.end(connection, code, now);
  }
}

class HidingWhyItEnded extends PlainConnectionStore {
  protected override absenceAfter() {
    return "not-connected" as const;
  }
}

class TellingTokenExpired extends PlainConnectionStore {
  protected override absenceAfter() {
    return "token-expired" as const;
  }
}

class TellingEveryone extends PlainConnectionStore {
  protected override isHis(): boolean {
    return true;
  }
}

class RemovingNothing extends PlainSubscriptionStore {
  override async unsubscribeAll(): Promise<void> {}
}

class SubscribingLate extends PlainSubscriptionStore {
  override async subscribe(request: SubscriptionRequest, now: EpochSeconds, { limit }: Rules) {
    const refusal = this.refusal(request, now);
    if (refusal !== undefined) return { kind: refusal };
    const rows = request.entityIds.map((entityId) => this.completed({ ...request, entityId }));
    await pause(2);
    for (const row of rows) if (this.hasRoom(row, limit)) this.write(row);
    return this.answer(
      request,
      rows.map(() => "subscribed" as const),
    );
  }
}

function over(stores: LifeStores, flaws?: Flaws): EndingConnectionsSubject {
  const whenDown = downThrough(stores.endings, "CONNECTION_STORE", flaws);
  return { makeStores: () => stores, whenDown, lagMillis: 300 };
}

function of(Connections: new () => PlainConnectionStore): EndingConnectionsSubject {
  return over(plainLifeStores(Connections));
}

export const endingConnectionsMutants: readonly Mutant<EndingConnectionsSubject>[] = [
  ["shows the slots beside it", of(SlotsOfAMinute), ["that end in its ten seconds"]],
  ["shows half of a slot", of(SlotsOfFiveSeconds), ["that end in its ten seconds"]],
  ["shows every connection in every slot", of(EndingEverywhere), ["are none if nothing ends"]],
  ["puts a slot on one page", of(OnePage), ["over all pages"]],
  ["shows some twice", of(RepeatingTheLast), ["over all pages"]],
  ["lists no ends of grants", of(ListingNoGrants), ["whose grant ends in it", "follow what a review", "both kinds"]],
  ["lists every end", of(ListingEveryEnd), ["whose grant ends in it", "follow what a review"]],
  ["lists a connection once", of(ListingEachConnectionOnce), ["whose grant ends in it"]],
  ["counts a page", of(CountingAPage), ["which are bounded"]],
  ["takes the slot from the cursor", of(SlotsOfCursors), ["which are bounded"]],
  ["accepts any cursor", of(TakingAnyCursor), ["which is not a cursor of this store"]],
  ["hides the expired", of(HidingTheExpired), ["shows what is open"]],
  ["shows one as often as it is named", of(InspectingTwice), ["shows what is open"]],
  ["shows ten and no more", of(InspectingTen), ["shows a hundred"]],
  ["shows connections a moment late", of(InspectingLate), ["shows what is open", "shows a hundred"]],
  ["remembers an end for ever", of(RememberingForEver), ["shows what was ended"]],
  ["forgets an end at once", of(ForgettingAtOnce), ["shows what was ended"]],
  [
    "remembers an end when the socket is closed",
    of(KeepingTheCode),
    ["whose socket was closed", "after TOKEN_EXPIRED", "after TOKEN_REVOKED"],
  ],
  ["lets an ended connection open again", of(EndingWithoutATombstone), ["closes a connection as close does"]],
  ["does not know its own effect", of(EndingOnce), ["finds its own effect"]],
  ["ends what was renewed", of(EndingAnything), ["that was renewed meanwhile"]],
  ["compares ends only", of(ComparingEnds), ["by one of the same end"]],
  ["takes every end for its own", of(BelievingItself), ["ends nothing that was closed"]],
  ["does not tell why it has ended", of(HidingWhyItEnded), ["after TOKEN_EXPIRED", "after TOKEN_REVOKED"]],
  ["tells token-expired after every end", of(TellingTokenExpired), ["after CONNECTION_EXPIRED", "after DISCONNECTED"]],
  ["tells every user why it has ended", of(TellingEveryone), ["another user's requests"]],
  ["leaves subscriptions", over(plainLifeStores(undefined, RemovingNothing)), ["leaves the subscriptions to"]],
  ["subscribes late", over(plainLifeStores(undefined, SubscribingLate)), ["nothing of a concurrent subscribe"]],
  ["throws what its client throws", over(plainLifeStores(), { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", over(plainLifeStores(), { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightEndingConnections: Readonly<Record<string, EndingConnectionsSubject>> = {
  "the port in its simplest form": over(plainLifeStores()),
  "pages of 200": over(plainLifeStores(undefined, undefined, 200)),
};
