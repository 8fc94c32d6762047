import type { Page } from "../../../src/application/ports/connection-store.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
} from "../../../src/application/ports/subscription-store.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../../src/domain/subscription/subscription.ts";
import { addSeconds, type EpochSeconds } from "../../../src/domain/time.ts";
import { aConnection } from "../../support/a-connection.ts";
import { pause } from "../../support/pause.ts";
import type { Mutant } from "../describe-mutants.ts";
import type { SubscriptionStoreSubject } from "../subscription-store.contract.ts";
import { downThrough, type Flaws } from "./down-through.ts";
import { PlainConnectionStore } from "./plain-connection-store.ts";
import { PlainSubscriptionStore } from "./plain-subscription-store.ts";

/** `subscribe` reads the connection and writes in two requests. */
class ReadingBeforeWriting extends PlainSubscriptionStore {
  override async subscribe(
    subscription: SubscriptionReference,
    now: EpochSeconds,
    limit: number,
  ): Promise<StoreSubscribeOutcome> {
    const refusal = this.refusal(subscription, now, limit);
    const completed = this.completed(subscription);
    await pause(2);
    if (refusal === undefined) this.write(completed);
    return refusal ?? "subscribed";
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
  override async subscribe(
    subscription: SubscriptionReference,
    now: EpochSeconds,
    limit: number,
  ): Promise<StoreSubscribeOutcome> {
    const outcome = await super.subscribe(subscription, now, limit);
    const { items } = await this.connections.liveConnectionsOf(subscription.userId, now);
    if (outcome === "subscribed")
      for (const { id } of items) this.write({ ...this.completed(subscription), connectionId: id });
    return outcome;
  }
}

/** It also writes other fields that a caller gives, such as an end. */
class TakingTheCallersEnd extends PlainSubscriptionStore {
  protected override completed(reference: SubscriptionReference): Subscription {
    return { ...super.completed(reference), ...reference };
  }
}

class TakingAnybodysWord extends PlainSubscriptionStore {
  protected override absenceOf(): undefined {}
}

class OpeningWhatItDoesNotKnow extends PlainSubscriptionStore {
  protected override absenceOf(subscription: SubscriptionReference, now: EpochSeconds) {
    void this.connections.open(aConnection({ id: subscription.connectionId }));
    return super.absenceOf(subscription, now);
  }
}

class CountingRequests extends PlainSubscriptionStore {
  readonly #counts = new Map<ConnectionId, number>();

  protected override refusal(
    subscription: SubscriptionReference,
    now: EpochSeconds,
    limit: number,
  ): StoreSubscribeOutcome | undefined {
    const { connectionId } = subscription;
    const count = this.#counts.get(connectionId) ?? 0;
    const refusal =
      super.refusal(subscription, now, Number.POSITIVE_INFINITY) ?? (count < limit ? undefined : "limit-reached");
    if (refusal === undefined) this.#counts.set(connectionId, count + 1);
    return refusal;
  }

  protected override remove(subscription: SubscriptionReference): void {
    super.remove(subscription);
    this.#counts.set(subscription.connectionId, (this.#counts.get(subscription.connectionId) ?? 0) - 1);
  }
}

class NeverGivingRoomBack extends PlainSubscriptionStore {
  readonly #subscribed = new Map<ConnectionId, Set<EntityId>>();

  protected override refusal(
    subscription: SubscriptionReference,
    now: EpochSeconds,
    limit: number,
  ): StoreSubscribeOutcome | undefined {
    const { connectionId, entityId } = subscription;
    const entityIds = this.#subscribed.get(connectionId) ?? new Set();
    if (entityIds.size >= limit && !entityIds.has(entityId)) return "limit-reached";
    this.#subscribed.set(connectionId, entityIds.add(entityId));
    return super.refusal(subscription, now, limit);
  }
}

class WithoutLimit extends PlainSubscriptionStore {
  protected override refusal(
    subscription: SubscriptionReference,
    now: EpochSeconds,
  ): StoreSubscribeOutcome | undefined {
    return super.refusal(subscription, now, Number.POSITIVE_INFINITY);
  }
}

class RefusingWhatIsNotThere extends PlainSubscriptionStore {
  override async unsubscribe(subscription: SubscriptionReference, now: EpochSeconds): Promise<StoreUnsubscribeOutcome> {
    const has = this.rowsOf(subscription.connectionId).some(({ entityId }) => entityId === subscription.entityId);
    return has ? super.unsubscribe(subscription, now) : "not-connected";
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

  override async subscribe(
    subscription: SubscriptionReference,
    now: EpochSeconds,
    limit: number,
  ): Promise<StoreSubscribeOutcome> {
    if (this.#busy.has(subscription.connectionId)) throw new Error("busy");
    this.#busy.add(subscription.connectionId);
    await pause(0);
    this.#busy.delete(subscription.connectionId);
    return super.subscribe(subscription, now, limit);
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

type Subscriptions = typeof PlainSubscriptionStore;

/** One pair of stores for all tests, as if it were a table. */
function over(
  subscriptions: PlainSubscriptionStore,
  connections: PlainConnectionStore,
  flaws?: Flaws,
): SubscriptionStoreSubject {
  const stores = { connections, subscriptions };
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
    ["keeps to the limit with", "leaves nothing of a concurrent subscribe"],
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
    ["leaves nothing of a refusal", "accepts a repeated subscribe"],
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
  ["throws what its client throws", of(PlainSubscriptionStore, 7, { raw: true }), ["fault:L1 fails"]],
  ["has no time limit", of(PlainSubscriptionStore, 7, { unlimited: true }), ["fault:L1 hangs"]],
];

export const rightSubscriptionStores: Readonly<Record<string, SubscriptionStoreSubject>> = {
  "the port in its simplest form": of(PlainSubscriptionStore),
  "pages of 50": of(PlainSubscriptionStore, 50),
  "pages of 200": of(PlainSubscriptionStore, 200),
  "pages of 500": of(PlainSubscriptionStore, 500),
};
