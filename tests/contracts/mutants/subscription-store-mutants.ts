import type { Page } from "../../../src/application/ports/connection-store.ts";
import type {
  StoreOutcome,
  SubscribeResult,
  SubscriptionRequest,
  UnsubscribeResult,
} from "../../../src/application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { aConnection } from "../../support/a-connection.ts";
import type { SubscriptionReference } from "../../support/a-subscription.ts";
import { pause } from "../../support/pause.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { SubscriptionStoreSubject } from "../subscription-store.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";
import { PlainAdministeredAccess } from "./plain-administered-access.ts";
import { PlainConnectionStore } from "./plain-connection-store.ts";
import { PlainSubscriptionStore, type Rules } from "./plain-subscription-store.ts";

/** `subscribe` reads the connection and writes in two requests. */
class ReadingBeforeWriting extends PlainSubscriptionStore {
  override async subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    { limit }: Rules,
  ): Promise<StoreOutcome<SubscribeResult>> {
    const refusal = this.refusal(request, now);
    if (refusal !== undefined) return { kind: refusal };
    const completed = request.entityIds.map((entityId) => ({ ...this.completed({ ...request, entityId }), entityId }));
    const hasRoom = completed.map((row) => this.hasRoom(row, limit));
    await pause(2);
    for (const [n, row] of completed.entries()) if (hasRoom[n]) this.write(row);
    return this.answer(
      request,
      hasRoom.map((has) => (has ? "subscribed" : "limit-reached")),
    );
  }
}

class AcknowledgingFirst extends PlainSubscriptionStore {
  protected override write(subscription: Subscription): void {
    setTimeout(() => super.write(subscription), 2);
  }

  protected override remove(subscription: SubscriptionReference): void {
    setTimeout(() => super.remove(subscription), 2);
  }
}

class KeepingEveryRequest extends PlainSubscriptionStore {
  protected override write(subscription: Subscription): void {
    this.rows.set(`${this.rows.size}`, subscription);
  }
}

class SubscribingForTheUser extends PlainSubscriptionStore {
  override async subscribe(request: SubscriptionRequest, now: EpochSeconds, rules: Rules) {
    const outcome = await super.subscribe(request, now, rules);
    const { items } = await this.connections.liveConnectionsOf(request.userId, now);
    for (const { id } of items) {
      for (const entityId of request.entityIds) {
        this.write({ ...this.completed({ ...request, entityId }), connectionId: id });
      }
    }
    return outcome;
  }
}

/** It also writes other fields that a caller gives, such as an end. */
class TakingTheCallersEnd extends PlainSubscriptionStore {
  protected override completed(reference: SubscriptionReference): Subscription {
    return { ...super.completed(reference), ...(reference as Partial<Subscription>) } as Subscription;
  }
}

class TakingAnybodysWord extends PlainSubscriptionStore {
  protected override absenceOf(): undefined {}
}

class OpeningWhatItDoesNotKnow extends PlainSubscriptionStore {
  protected override absenceOf(request: SubscriptionRequest, now: EpochSeconds) {
    void this.connections.open(aConnection({ id: request.connectionId }));
    return super.absenceOf(request, now);
  }
}

class CountingRequests extends PlainSubscriptionStore {
  readonly #counts = new Map<ConnectionId, number>();

  protected override hasRoom({ connectionId }: SubscriptionReference, limit: number): boolean {
    const count = this.#counts.get(connectionId) ?? 0;
    if (count < limit) this.#counts.set(connectionId, count + 1);
    return count < limit;
  }

  protected override remove(subscription: SubscriptionReference): void {
    super.remove(subscription);
    this.#counts.set(subscription.connectionId, (this.#counts.get(subscription.connectionId) ?? 0) - 1);
  }
}

class NeverGivingRoomBack extends PlainSubscriptionStore {
  readonly #subscribed = new Map<ConnectionId, Set<EntityId>>();

  protected override hasRoom({ connectionId, entityId }: SubscriptionReference, limit: number): boolean {
    const entityIds = this.#subscribed.get(connectionId) ?? new Set();
    const hasRoom = entityIds.size < limit || entityIds.has(entityId);
    if (hasRoom) this.#subscribed.set(connectionId, entityIds.add(entityId));
    return hasRoom;
  }
}

class WithoutLimit extends PlainSubscriptionStore {
  protected override hasRoom(): boolean {
    return true;
  }
}

class RefusingWhatIsNotThere extends PlainSubscriptionStore {
  protected override unsubscribeFrom(reference: SubscriptionReference): UnsubscribeResult {
    const has = this.rowsOf(reference.connectionId).some(({ entityId }) => entityId === reference.entityId);
    return has ? super.unsubscribeFrom(reference) : "failed";
  }
}

class RemovingForAllConnections extends PlainSubscriptionStore {
  protected override remove({ entityId }: SubscriptionReference): void {
    for (const [key, row] of this.rows) if (row.entityId === entityId) this.rows.delete(key);
  }
}

class RemovingEverySubscriptionEver extends PlainSubscriptionStore {
  readonly #ever = new Map<ConnectionId, Set<EntityId>>();

  protected override write(subscription: Subscription): void {
    super.write(subscription);
    const { connectionId, entityId } = subscription;
    this.#ever.set(connectionId, (this.#ever.get(connectionId) ?? new Set()).add(entityId));
  }

  override async unsubscribeAll(connectionId: ConnectionId): Promise<void> {
    const ever = this.#ever.get(connectionId) ?? new Set();
    for (const [key, { entityId }] of this.rows) if (ever.has(entityId)) this.rows.delete(key);
  }
}

class UnsubscribingForGood extends PlainSubscriptionStore {
  readonly #gone = new Set<string>();

  protected override write(subscription: Subscription): void {
    if (!this.#gone.has(subscription.entityId)) super.write(subscription);
  }

  protected override remove(subscription: SubscriptionReference): void {
    super.remove(subscription);
    this.#gone.add(subscription.entityId);
  }
}

/** One request of a connection at a time, and no queue. */
class RefusingThoseThatMeet extends PlainSubscriptionStore {
  readonly #busy = new Set<ConnectionId>();

  override async subscribe(request: SubscriptionRequest, now: EpochSeconds, rules: Rules) {
    if (this.#busy.has(request.connectionId)) throw new Error("busy");
    this.#busy.add(request.connectionId);
    await pause(0);
    this.#busy.delete(request.connectionId);
    return super.subscribe(request, now, rules);
  }
}

class RemovingABatch extends PlainSubscriptionStore {
  override async unsubscribeAll(connectionId: ConnectionId): Promise<void> {
    for (const row of this.rowsOf(connectionId).slice(0, 25)) this.remove(row);
  }
}

class RemovingNothing extends PlainSubscriptionStore {
  override async unsubscribeAll(): Promise<void> {}
}

class ThrowingWithNothingToDo extends PlainSubscriptionStore {
  override async unsubscribeAll(connectionId: ConnectionId): Promise<void> {
    if (this.rowsOf(connectionId).length === 0) throw new Error("nothing to remove");
    await super.unsubscribeAll(connectionId);
  }
}

class ASecondShort extends PlainSubscriptionStore {
  protected override isLive(row: Subscription, now: EpochSeconds): boolean {
    return super.isLive(row, addSeconds(now, 1));
  }
}

class NeverExpiring extends PlainSubscriptionStore {
  protected override isLive(): boolean {
    return true;
  }
}

class OnePage extends PlainSubscriptionStore {
  protected override pageSize(): number {
    return Number.POSITIVE_INFINITY;
  }
}

class RepeatingTheLast extends PlainSubscriptionStore {
  protected override page(rest: readonly Subscription[]): Page<Subscription> {
    const page = super.page(rest);
    return page.next === undefined ? page : { ...page, next: `after ${page.items.at(-2)?.connectionId}` };
  }
}

class PagesByNumber extends PlainSubscriptionStore {
  override async subscribersOf(entityId: EntityId, now: EpochSeconds, from = "0"): Promise<Page<Subscription>> {
    const rows = [...this.rows.values()].filter((row) => this.isOf(entityId, row) && this.isLive(row, now));
    const end = Number(from) + this.pageSize();
    return { items: rows.slice(Number(from), end), ...(end < rows.length && { next: String(end) }) };
  }
}

class ComparingTheBeginning extends PlainSubscriptionStore {
  protected override isOf(entityId: EntityId, row: Subscription): boolean {
    return row.entityId.slice(0, 250).trim() === entityId.slice(0, 250).trim();
  }
}

class Normalizing extends PlainSubscriptionStore {
  protected override isOf(entityId: EntityId, row: Subscription): boolean {
    return row.entityId.normalize() === entityId.normalize();
  }
}

class KeepingAllInOnePlace extends PlainSubscriptionStore {
  protected override isOf(entityId: EntityId, row: Subscription): boolean {
    return super.isOf(entityId, row) || row.connectionId === String(entityId);
  }
}

class FindingAnyNamedConnection extends PlainSubscriptionStore {
  override async subscribersAmong(ids: readonly ConnectionId[], entityId: EntityId, now: EpochSeconds) {
    const rows = [...this.rows.values()].filter((row) => ids.includes(row.connectionId) && this.isLive(row, now));
    return rows.map((row) => ({ ...row, entityId }));
  }
}

class FindingTheExpired extends PlainSubscriptionStore {
  override async subscribersAmong(ids: readonly ConnectionId[], entityId: EntityId) {
    return super.subscribersAmong(ids, entityId, 0 as EpochSeconds);
  }
}

class FindingTwice extends PlainSubscriptionStore {
  override async subscribersAmong(ids: readonly ConnectionId[], entityId: EntityId, now: EpochSeconds) {
    return (await Promise.all(ids.map((id) => super.subscribersAmong([id], entityId, now)))).flat();
  }
}

class FindingAHundred extends PlainSubscriptionStore {
  override async subscribersAmong(ids: readonly ConnectionId[], entityId: EntityId, now: EpochSeconds) {
    return super.subscribersAmong(ids.slice(0, 100), entityId, now);
  }
}

class TakingAnyCursor extends PlainSubscriptionStore {
  protected override readCursor(from: string): string {
    return from;
  }
}

class CursorsOfAnOwner extends PlainSubscriptionStore {
  readonly #owners = new Map<string, EntityId>();

  override subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
    return super.subscribersOf(from === undefined ? entityId : (this.#owners.get(from) ?? entityId), now, from);
  }

  protected override page(rest: readonly Subscription[]): Page<Subscription> {
    const page = super.page(rest);
    const [first] = page.items;
    if (page.next !== undefined && first !== undefined) this.#owners.set(page.next, first.entityId);
    return page;
  }
}

class RowsOfASecondOfItsOwn extends PlainSubscriptionStore {
  protected override write(subscription: Subscription): void {
    super.write(subscription);
    setTimeout(() => this.remove(subscription), 1_000).unref();
  }
}

/** After an interruption behind `close`, a repeated call finds nothing to continue. */
class ForgettingWhatIsClosed extends PlainConnectionStore {
  readonly closed = new Map<ConnectionId, number>();

  override async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    await super.close(id, now);
    this.closed.set(id, (this.closed.get(id) ?? 0) + 1);
  }
}

class RemovingAfterTheFirstClose extends PlainSubscriptionStore {
  override async unsubscribeAll(connectionId: ConnectionId): Promise<void> {
    const { connections } = this;
    const times = connections instanceof ForgettingWhatIsClosed ? connections.closed.get(connectionId) : 0;
    if (times === 1) await super.unsubscribeAll(connectionId);
  }
}

class AnsweringInReverse extends PlainSubscriptionStore {
  protected override answer<Result>(request: SubscriptionRequest, results: readonly Result[]) {
    return super.answer(request, results.toReversed());
  }
}

class RefusingAllForOne extends PlainSubscriptionStore {
  override async subscribe(request: SubscriptionRequest, now: EpochSeconds, rules: Rules) {
    const outcome = await super.subscribe(request, now, rules);
    const refusal = outcome.kind === "answered" && outcome.results.find((result) => result !== "subscribed");
    if (outcome.kind !== "answered" || !refusal) return outcome;
    for (const entityId of request.entityIds) this.remove({ ...request, entityId });
    return { ...outcome, results: outcome.results.map(() => refusal) };
  }
}

class TakingFifty extends PlainSubscriptionStore {
  override async subscribe(request: SubscriptionRequest, now: EpochSeconds, rules: Rules) {
    const outcome = await super.subscribe({ ...request, entityIds: request.entityIds.slice(0, 50) }, now, rules);
    if (outcome.kind !== "answered") return outcome;
    return { ...outcome, results: request.entityIds.map((_, n) => outcome.results[n] ?? "failed") };
  }
}

class TellingTheConnectionOnce extends PlainSubscriptionStore {
  readonly #told = new Map<ConnectionId, Connection>();

  protected override answer<Result>(request: SubscriptionRequest, results: readonly Result[]) {
    const outcome = super.answer(request, results);
    if (outcome.kind !== "answered") return outcome;
    const connection = this.#told.get(request.connectionId) ?? outcome.connection;
    this.#told.set(request.connectionId, connection);
    return { ...outcome, connection };
  }
}

class CountingEveryAnswer extends PlainSubscriptionStore {
  protected override answer<Result>(request: SubscriptionRequest, results: readonly Result[]) {
    this.note(request);
    return super.answer(request, results);
  }
}

class AskingWithoutGrants extends PlainSubscriptionStore {
  override subscribe(request: SubscriptionRequest, now: EpochSeconds, { limit, decide }: Rules) {
    return super.subscribe(request, now, { limit, decide: (_grants, entityIds) => decide([], entityIds) });
  }
}

class KeepingDecisions extends PlainSubscriptionStore {
  protected override revisionOf(): undefined {}
}

/** It looks at the connection once for each request. */
class CheckingOnce extends PlainSubscriptionStore {
  readonly #checked = new WeakMap<SubscriptionRequest, ReturnType<PlainSubscriptionStore["refusal"]>>();

  protected override refusal(request: SubscriptionRequest, now: EpochSeconds) {
    if (!this.#checked.has(request)) this.#checked.set(request, super.refusal(request, now));
    return this.#checked.get(request);
  }
}

class AllowingAfterAFault extends PlainSubscriptionStore {
  override subscribe(request: SubscriptionRequest, now: EpochSeconds, { limit, decide }: Rules) {
    const allowed = { kind: "allowed", rule: "FAULT" } as const;
    return super.subscribe(request, now, {
      limit,
      decide: (grants, entityIds) => decide(grants, entityIds).catch(() => entityIds.map(() => allowed)),
    });
  }
}

class ForgettingTheGrantsEnd extends PlainSubscriptionStore {
  protected override until(subscription: Subscription): Subscription {
    return subscription;
  }
}

class KeepingTheFirstEnd extends PlainSubscriptionStore {
  protected override write(subscription: Subscription): void {
    const { connectionId, entityId } = subscription;
    if (!this.rowsOf(connectionId).some((row) => row.entityId === entityId)) super.write(subscription);
  }
}

class EndingWithTheGrantAlone extends PlainSubscriptionStore {
  protected override current(row: Subscription): Subscription {
    const current = super.current(row);
    return { ...current, expiresAt: row.grantedUntil ?? current.expiresAt };
  }
}

class WithoutOrder extends PlainSubscriptionStore {
  protected override isStale(): boolean {
    return false;
  }
}

class TakingTheSameSeqAgain extends PlainSubscriptionStore {
  protected override isStale(request: SubscriptionRequest): boolean {
    const { seq = 0 } = this.connections.marksOf(request.connectionId) ?? {};
    return super.isStale(request) && request.seq !== seq;
  }
}

class ForgettingTheSeq extends PlainSubscriptionStore {
  protected override note(request: SubscriptionRequest): void {
    super.note(request);
    const marks = this.connections.marksOf(request.connectionId);
    if (marks !== undefined) marks.seq = request.seq;
  }
}

class RenewingOutOfOrder extends PlainConnectionStore {
  protected override noteSeq(): void {}
}

type Subscriptions = typeof PlainSubscriptionStore;

/** One set of stores for all tests, as if it were a table. */
function over(
  subscriptions: PlainSubscriptionStore,
  connections: PlainConnectionStore,
  flaws?: Flaws,
): SubscriptionStoreSubject {
  const administered = new PlainAdministeredAccess();
  const both = { renewals: connections, endings: connections, reviews: subscriptions, administered };
  const stores = { connections, subscriptions, ...both };
  return { makeStores: () => stores, whenDown: downThrough(subscriptions, "SUBSCRIPTION_STORE", flaws) };
}

function of(Store: Subscriptions, pageSize?: number, flaws?: Flaws): SubscriptionStoreSubject {
  const connections = new PlainConnectionStore();
  return over(new Store(connections, pageSize), connections, flaws);
}

const forgetting = new ForgettingWhatIsClosed();

export const subscriptionStoreMutants: readonly Mutant<SubscriptionStoreSubject>[] = [
  [
    "acknowledges before it writes",
    of(AcknowledgingFirst),
    ["to the fan-out at once", "as if one came after the other"],
  ],
  [
    "reads before it writes",
    of(ReadingBeforeWriting),
    [
      ...["keeps to the limit with", "keeps to the limit beside", "leaves nothing of a concurrent subscribe"],
      ...["behind a concurrent close", "undoes a longer one"],
    ],
  ],
  ["keeps every request", of(KeepingEveryRequest), ["one subscription, however often"]],
  ["subscribes all connections of a user", of(SubscribingForTheUser), ["not its user's others"]],
  ["takes the end from the caller", of(TakingTheCallersEnd), ["ends with its connection's record"]],
  [
    "accepts any user's request for a connection",
    of(TakingAnybodysWord),
    ["refuses a connection", "that it is not connected", "another user's request"],
  ],
  ["opens an unknown connection", of(OpeningWhatItDoesNotKnow), ["makes no connection"]],
  [
    "counts requests, not subscriptions",
    of(CountingRequests),
    ["leaves nothing of a refusal", "accepts a repeated subscribe", "acknowledges what is there already"],
  ],
  ["never gives room back", of(NeverGivingRoomBack), ["has room again"]],
  ["has no limit", of(WithoutLimit), ["one subscription more than the limit"]],
  [
    "refuses to end a missing subscription",
    of(RefusingWhatIsNotThere),
    ["ends a subscription", "succeeds without a subscription"],
  ],
  [
    "removes the subscriptions of every connection",
    of(RemovingForAllConnections),
    ["leaves the subscriptions of another connection"],
  ],
  ["removes every earlier subscription", of(RemovingEverySubscriptionEver), ["an entity that it has unsubscribed"]],
  ["allows no second subscription", of(UnsubscribingForGood), ["to be subscribed to again"]],
  ["refuses concurrent requests", of(RefusingThoseThatMeet), ["a hundred of them at once"]],
  ["removes a batch", of(RemovingABatch), ["none of 60"]],
  ["removes nothing", of(RemovingNothing), ["none of 1 ", "removes a subscription that a fan-out has read"]],
  ["throws if there is nothing to remove", of(ThrowingWithNothingToDo), ["none of 0", "fault:M2 may be repeated"]],
  [
    "removes subscriptions only in the first close",
    over(new RemovingAfterTheFirstClose(forgetting), forgetting),
    ["finished by the next call when it was interrupted"],
  ],
  ["ends a second early", of(ASecondShort), ["shown in its last second"]],
  ["never ends", of(NeverExpiring), ["a subscription is fault:L7"]],
  ["puts all subscribers on one page", of(OnePage), ["over all its pages"]],
  ["shows some twice", of(RepeatingTheLast), ["over all its pages"]],
  ["finds the next page by counting", of(PagesByNumber), ["loses no subscriber"]],
  ["compares only the beginning of a name", of(ComparingTheBeginning), ["to be an entity like any other"]],
  ["treats two spellings as one", of(Normalizing), ["two Unicode forms"]],
  ["keeps all items under one key", of(KeepingAllInOnePlace), ["shares nothing"]],
  ["finds a named connection with any subscription", of(FindingAnyNamedConnection), ["finds the subscribers among"]],
  ["finds a named subscriber that has expired", of(FindingTheExpired), ["finds the subscribers among"]],
  ["finds a subscriber as often as it is named", of(FindingTwice), ["finds the subscribers among"]],
  ["finds a hundred and no more", of(FindingAHundred), ["finds 130 named connections"]],
  ["accepts any cursor", of(TakingAnyCursor), ["which is not a cursor of this store"]],
  ["takes the entity from the cursor", of(CursorsOfAnOwner), ["no other entity's subscribers"]],
  ["has rows of one second by its own clock", of(RowsOfASecondOfItsOwn), ["a clock of its own"]],
  ["answers in reverse", of(AnsweringInReverse), ["for each in its order", "acknowledges what is there already"]],
  ["refuses all for one", of(RefusingAllForOne), ["refuses each alone"]],
  ["takes fifty and no more", of(TakingFifty), ["takes and gives up many"]],
  ["tells the connection as it was", of(TellingTheConnectionOnce), ["as its record has it"]],
  ["counts every answer", of(CountingEveryAnswer), ["without entities writes nothing", "unless it was refused"]],
  ["asks without grants", of(AskingWithoutGrants), ["asked about all entities"]],
  ["decides once", of(KeepingDecisions), ["is asked again"]],
  ["checks the connection once", of(CheckingOnce), ["was closed before the write"]],
  ["allows all after a fault", of(AllowingAfterAFault), ["that throws leaves"]],
  [
    "knows no end of a grant",
    of(ForgettingTheGrantsEnd),
    ["from that second on", "subscribe moves", "subscribe shortens", "subscribe sets"],
  ],
  ["keeps the first end", of(KeepingTheFirstEnd), ["subscribe moves", "subscribe shortens", "subscribe lifts"]],
  ["lengthens a life by a grant", of(EndingWithTheGrantAlone), ["lengthens no life"]],
  [
    "knows no order",
    of(WithoutOrder),
    ["is stale at", "unless it was refused", "compared with the last one", "has the greatest"],
  ],
  ["takes the same seq again", of(TakingTheSameSeqAgain), ["is stale at 5", "unless it was refused"]],
  ["forgets the seq", of(ForgettingTheSeq), ["compared with the last one"]],
  [
    "renews out of order",
    (() => {
      const connections = new RenewingOutOfOrder();
      return over(new PlainSubscriptionStore(connections), connections);
    })(),
    ["is stale after a renewal"],
  ],
  ["throws what its client throws", of(PlainSubscriptionStore, 7, { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", of(PlainSubscriptionStore, 7, { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightSubscriptionStores: Readonly<Record<string, SubscriptionStoreSubject>> = {
  "the port in its simplest form": of(PlainSubscriptionStore),
  "pages of 50": of(PlainSubscriptionStore, 50),
  "pages of 200": of(PlainSubscriptionStore, 200),
  "pages of 500": of(PlainSubscriptionStore, 500),
};
