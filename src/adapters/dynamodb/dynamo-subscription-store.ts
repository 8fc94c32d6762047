import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Page } from "../../application/ports/connection-store.ts";
import type {
  StoreSubscribeOutcome,
  StoreUnsubscribeOutcome,
  SubscriptionReference,
  SubscriptionStore,
} from "../../application/ports/subscription-store.ts";
import type { ConnectionId } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochMillis, EpochSeconds } from "../../domain/time.ts";
import { deleteInBatches, getWithin } from "./batches.ts";
import { collectedFrom, namesFromItem } from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable, WAITING, type Waiting } from "./dynamo-table.ts";
import { liveSubscriptions } from "./live-subscriptions.ts";
import { readCursor, writeCursor } from "./page-cursor.ts";
import { RecordChanges } from "./record-changes.ts";
import { type PartChange, type SubscribedEntities, withName, withoutName } from "./subscribed-entities.ts";
import { partOf, toSubscriptionItem } from "./subscription-item.ts";
import { connectionKey, entityPartition, type ItemKey, partKey, subscriptionKey } from "./table-keys.ts";

/**
 * A page has about 35 KB and costs 9 read units. A fan-out takes longer to post it than to read the next page, and
 * memory stays small.
 */
const PAGE_SIZE = 250;

/** The most times that a query is made, and the pause between two: a transaction takes milliseconds. */
const MAX_READS = 4;
const MOVING_MILLIS = 20;

/**
 * Stores a subscription as a row in the entity's partition, which the fan-out reads, and as a name in the connection's
 * record or parts, through which closing finds the row. One transaction changes both.
 */
export class DynamoSubscriptionStore implements SubscriptionStore {
  readonly #table: DynamoTable;
  readonly #waiting: Waiting;
  readonly #changes: RecordChanges;

  constructor(table: DynamoTable, waiting = WAITING) {
    this.#table = table;
    this.#waiting = waiting;
    this.#changes = new RecordChanges(table, waiting);
  }

  subscribe(reference: SubscriptionReference, now: EpochSeconds, limit: number): Promise<StoreSubscribeOutcome> {
    const { entityId, connectionId, userId } = reference;
    return this.#changes.change<StoreSubscribeOutcome>(reference, now, async (record, options) => {
      const { subscribed, connectedAt, firstEnd } = record;
      if ((await this.#partOf(reference, subscribed, options)) !== undefined) {
        return { outcome: "subscribed", next: acknowledged(subscribed) };
      }
      if (subscribed.count >= limit) {
        // Another request may have removed a subscription since the record was read.
        return { outcome: "limit-reached", isToBeConfirmed: subscribed.levels !== "" };
      }
      const change = withName(subscribed, entityId, record.freeBytes);
      const subscription = { entityId, connectionId, userId, connectedAt, expiresAt: firstEnd };
      const row = { Put: { TableName: this.#table.name, Item: toSubscriptionItem(subscription, change.part) } };
      const part = this.#partWrites(connectionId, change.partChange, connectedAt);
      return { outcome: "subscribed", next: change.subscribed, writes: [row, ...part] };
    });
  }

  unsubscribe(subscription: SubscriptionReference, now: EpochSeconds): Promise<StoreUnsubscribeOutcome> {
    const { entityId, connectionId } = subscription;
    return this.#changes.change<StoreUnsubscribeOutcome>(
      subscription,
      now,
      async ({ subscribed, connectedAt }, options) => {
        const part = await this.#partOf(subscription, subscribed, options);
        if (part === undefined) return { outcome: "unsubscribed", next: acknowledged(subscribed) };
        const change = withoutName(subscribed, entityId, part);
        const row = { Delete: { TableName: this.#table.name, Key: subscriptionKey(entityId, connectionId) } };
        const writes = [row, ...this.#partWrites(connectionId, change.partChange, connectedAt)];
        return { outcome: "unsubscribed", next: change.subscribed, writes };
      },
    );
  }

  /** Deletes the rows first: after an interruption the names in the parts are needed to find the remaining rows. */
  async unsubscribeAll(connectionId: ConnectionId, seen?: EntityId): Promise<void> {
    const { names, others } = await this.#wholeRemainsOf(connectionId);
    const entityIds = new Set(seen === undefined ? names : [...names, seen]);
    await deleteInBatches(
      this.#table,
      [...entityIds].map((entityId) => subscriptionKey(entityId, connectionId)),
      this.#waiting,
    );
    await deleteInBatches(this.#table, others, this.#waiting);
  }

  async subscribersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
    const start = from === undefined ? undefined : readCursor(from, 1)[0];
    const pk = entityPartition(entityId);
    const query = new QueryCommand({
      TableName: this.#table.name,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :entity",
      ExpressionAttributeValues: { ":entity": pk },
      Limit: PAGE_SIZE,
      ...(start !== undefined && { ExclusiveStartKey: { pk, sk: start } }),
    });
    return callTable(this.#table, "SUBSCRIPTION_STORE", async (options) => {
      const page = await this.#table.documents.send(query, options);
      const items = await liveSubscriptions(this.#table, page.Items ?? [], entityId, now, options);
      return { items, ...(page.LastEvaluatedKey && { next: writeCursor([String(page.LastEvaluatedKey["sk"])]) }) };
    });
  }

  async subscribersAmong(
    ids: readonly ConnectionId[],
    entityId: EntityId,
    now: EpochSeconds,
  ): Promise<readonly Subscription[]> {
    const keys = [...new Set(ids)].map((id) => subscriptionKey(entityId, id));
    return callTable(this.#table, "SUBSCRIPTION_STORE", async (options) => {
      const items = await getWithin(options, this.#table, keys);
      return liveSubscriptions(this.#table, items, entityId, now, options);
    });
  }

  /**
   * The part that has the name, or will have it; undefined without a subscription. If the record does not have the
   * name, the row tells.
   */
  async #partOf(
    { entityId, connectionId }: SubscriptionReference,
    { names, part, levels }: SubscribedEntities,
    options: CallOptions,
  ): Promise<number | undefined> {
    if (names.has(entityId)) return part;
    if (levels === "") return undefined;
    const Key = subscriptionKey(entityId, connectionId);
    const get = new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true });
    return partOf((await this.#table.documents.send(get, options)).Item);
  }

  #partWrites(connectionId: ConnectionId, change: PartChange | undefined, connectedAt: EpochMillis) {
    if (change === undefined) return [];
    const TableName = this.#table.name;
    const Key = partKey(connectionId, change.part);
    switch (change.kind) {
      case "create":
        return [
          { Put: { TableName, Item: { ...Key, names: new Set(change.names), ttl: collectedFrom(connectedAt) } } },
        ];
      case "add":
        return [{ Update: { TableName, Key, ...changeOfNames("ADD", change.names) } }];
      case "remove":
        return [{ Update: { TableName, Key, ...changeOfNames("DELETE", [change.name]) } }];
      case "delete":
        return [{ Delete: { TableName, Key } }];
    }
  }

  /**
   * A query may see a transaction's write to the record before its write to a part. Names that move are then in
   * neither. The count of names shows that. They appear a moment later, unless an earlier call removed them.
   */
  async #wholeRemainsOf(id: ConnectionId): Promise<Remains> {
    for (let reads = 1; ; reads += 1) {
      const remains = await this.#remainsOf(id);
      if (remains.names.length >= remains.count || reads === MAX_READS) return remains;
      await this.#waiting.pause(MOVING_MILLIS * reads);
    }
  }

  async #remainsOf(id: ConnectionId): Promise<Remains> {
    const { pk, sk: record } = connectionKey(id);
    let count = 0;
    const names: EntityId[] = [];
    const others: ItemKey[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        TableName: this.#table.name,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :connection",
        ExpressionAttributeValues: { ":connection": pk },
        ExclusiveStartKey: start,
      });
      const page = await callTable(this.#table, "SUBSCRIPTION_STORE", (options) =>
        this.#table.documents.send(query, options),
      );
      for (const item of page.Items ?? []) {
        names.push(...namesFromItem(item));
        if (item["sk"] === record) count = Number(item["count"] ?? 0);
        else others.push({ pk, sk: String(item["sk"]) });
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return { count, names, others };
  }
}

/**
 * The items under a connection's key: the count of names, the names in record and parts, and the keys of the other
 * items.
 */
type Remains = { readonly count: number; readonly names: readonly EntityId[]; readonly others: readonly ItemKey[] };

/** Increments the revision without a change, so that writes of requests that read it before fail from now on. */
function acknowledged(subscribed: SubscribedEntities): SubscribedEntities {
  return { ...subscribed, revision: subscribed.revision + 1 };
}

function changeOfNames(action: "ADD" | "DELETE", names: readonly EntityId[]) {
  return {
    UpdateExpression: `${action} #names :names`,
    ExpressionAttributeNames: { "#names": "names" },
    ExpressionAttributeValues: { ":names": new Set(names) },
  };
}
