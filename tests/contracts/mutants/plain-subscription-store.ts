import type { Absence, Page } from "../../../src/application/ports/connection-store.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
  SubscriptionStore,
} from "../../../src/application/ports/subscription-store.ts";
import { type ConnectionId, isExpired } from "../../../src/domain/connection/connection.ts";
import { MalformedInputError } from "../../../src/domain/errors.ts";
import type { EntityId, Subscription } from "../../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";
import { aConnection } from "../../support/a-connection.ts";
import type { PlainConnectionStore } from "./plain-connection-store.ts";

/** The port in its simplest form, with a separate step for each rule: a mutant breaks one of them. */
export class PlainSubscriptionStore implements SubscriptionStore {
  protected readonly rows = new Map<string, Subscription>();
  protected readonly connections: PlainConnectionStore;
  readonly #pageSize: number;

  constructor(connections: PlainConnectionStore, pageSize = 7) {
    this.connections = connections;
    this.#pageSize = pageSize;
  }

  async subscribe(reference: SubscriptionReference, now: EpochSeconds, limit: number): Promise<StoreSubscribeOutcome> {
    const refusal = this.refusal(reference, now, limit);
    if (refusal === undefined) this.write(this.completed(reference));
    return refusal ?? "subscribed";
  }

  async unsubscribe(subscription: SubscriptionReference, now: EpochSeconds): Promise<StoreUnsubscribeOutcome> {
    const absence = this.absenceOf(subscription, now);
    if (absence !== undefined) return absence;
    this.remove(subscription);
    return "unsubscribed";
  }

  async unsubscribeAll(connectionId: ConnectionId, _seen?: EntityId): Promise<void> {
    for (const row of this.rowsOf(connectionId)) this.remove(row);
  }

  async subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
    const after = from === undefined ? "" : this.readCursor(from);
    const rest = [...this.rows.values()]
      .map((row) => this.current(row))
      .filter((row) => this.isOf(entityId, row) && this.isLive(row, now) && row.connectionId > after)
      .sort((a, b) => (a.connectionId < b.connectionId ? -1 : 1));
    return this.page(rest);
  }

  async subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]> {
    const found = [...new Set(ids)].flatMap((connectionId) => this.rows.get(keyOf({ entityId, connectionId })) ?? []);
    return found.map((row) => this.current(row)).filter((row) => this.isLive(row, now));
  }

  /** Takes beginning and end from the connection's record. Some mutants subscribe without a record. */
  protected completed(reference: SubscriptionReference): Subscription {
    const { entityId, connectionId, userId } = reference;
    const { connectedAt, expiresAt } = this.connections.find(connectionId) ?? aConnection();
    return { entityId, connectionId, userId, connectedAt, expiresAt };
  }

  protected refusal(
    subscription: SubscriptionReference,
    now: EpochSeconds,
    limit: number,
  ): StoreSubscribeOutcome | undefined {
    const absence = this.absenceOf(subscription, now);
    if (absence !== undefined) return absence;
    const rows = this.rowsOf(subscription.connectionId);
    const has = rows.some(({ entityId }) => entityId === subscription.entityId);
    return has || rows.length < limit ? undefined : "limit-reached";
  }

  protected absenceOf({ connectionId, userId }: SubscriptionReference, now: EpochSeconds): Absence | undefined {
    return this.connections.absenceOf(connectionId, userId, now);
  }

  /** The end is the record's, as long as there is one. */
  protected current(row: Subscription): Subscription {
    const { expiresAt } = this.connections.find(row.connectionId) ?? row;
    return { ...row, expiresAt };
  }

  protected write(subscription: Subscription): void {
    this.rows.set(keyOf(subscription), subscription);
  }

  protected remove(subscription: Pick<SubscriptionReference, "entityId" | "connectionId">): void {
    this.rows.delete(keyOf(subscription));
  }

  protected rowsOf(connectionId: ConnectionId): readonly Subscription[] {
    return [...this.rows.values()].filter((row) => row.connectionId === connectionId);
  }

  protected pageSize(): number {
    return this.#pageSize;
  }

  protected page(rest: readonly Subscription[]): Page<Subscription> {
    const items = rest.slice(0, this.pageSize());
    return { items, ...(rest.length > items.length && { next: `after ${items.at(-1)?.connectionId}` }) };
  }

  protected isLive(row: Subscription, now: EpochSeconds): boolean {
    return !isExpired(row, now);
  }

  protected isOf(entityId: EntityId, row: Subscription): boolean {
    return row.entityId === entityId;
  }

  protected readCursor(from: string): string {
    const id = /^after ([\w-]+={1,2})$/.exec(from)?.[1];
    if (id === undefined) throw new MalformedInputError("MALFORMED_CURSOR");
    return id;
  }
}

function keyOf({ entityId, connectionId }: Pick<SubscriptionReference, "entityId" | "connectionId">): string {
  return `${connectionId} ${entityId}`;
}
