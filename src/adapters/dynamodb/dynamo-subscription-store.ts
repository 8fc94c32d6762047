import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Absence, Page } from "../../application/ports/connection-store.ts";
import type {
  DecideEntities,
  StoreOutcome,
  SubscribeResult,
  SubscriptionRequest,
  SubscriptionStore,
  UnsubscribeResult,
} from "../../application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { AccessDecision } from "../../domain/grants/access-decision.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import { deleteInBatches, getWithin } from "./batches.ts";
import { namesFromItem } from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable, WAITING, type Waiting } from "./dynamo-table.ts";
import { liveSubscriptions } from "./live-subscriptions.ts";
import { readCursor, writeCursor } from "./page-cursor.ts";
import { partitionItems } from "./partition-items.ts";
import { type Decision, type FoundRecord, RecordChanges } from "./record-changes.ts";
import { touched, withNames, withoutNames } from "./subscribed-entities.ts";
import { type FoundRow, readRows } from "./subscription-rows.ts";
import { connectionKey, entityPartition, grantsKey, type ItemKey, subscriptionKey } from "./table-keys.ts";
import { MAX_WRITES, partWrites, rowDeletion, rowWrite } from "./transaction-writes.ts";

/**
 * A page has about 35 KB and costs 9 read units. A fan-out takes longer to post it than to read the next page, and
 * memory stays small.
 */
const PAGE_SIZE = 250;

/** The most times that a query is made, and the pause between two: a transaction takes milliseconds. */
const MAX_READS = 4;
const MOVING_MILLIS = 20;

/** The results of one transaction, and the record that it changed. */
type Part<Result> = {
  readonly results: ReadonlyMap<EntityId, Result>;
  readonly connection: Connection;
  /** The revision that it wrote; undefined if it wrote nothing. */
  readonly revision: number | undefined;
};

/** Decisions hold as long as the record has the revision with which they were made. */
type Decided = { readonly revision: number; readonly decisions: ReadonlyMap<EntityId, AccessDecision | undefined> };

/** The rows of those entities of a request to which the connection is subscribed. */
type KnownRows = ReadonlyMap<EntityId, FoundRow>;

/**
 * Stores a subscription as a row in the entity's partition, which the fan-out reads, and as a name in the connection's
 * record or parts, through which closing finds the row. One transaction changes both, for as many entities as it has
 * room for; a request with more of them takes several, one after the other.
 */
export class DynamoSubscriptionStore implements SubscriptionStore {
  readonly #table: DynamoTable;
  readonly #waiting: Waiting;
  readonly #maxWrites: number;
  readonly #changes: RecordChanges;

  /** `maxWrites` for one transaction, beside the record's: a row and a part at least. */
  constructor(table: DynamoTable, waiting = WAITING, maxWrites = MAX_WRITES) {
    this.#table = table;
    this.#waiting = waiting;
    this.#maxWrites = maxWrites;
    this.#changes = new RecordChanges(table, waiting);
  }

  subscribe(
    request: SubscriptionRequest,
    now: EpochSeconds,
    rules: { readonly limit: number; readonly decide: DecideEntities },
  ): Promise<StoreOutcome<SubscribeResult>> {
    let decided: Decided | undefined;
    return this.#inParts<SubscribeResult>(request, now, async (record, left, known, ownRevision) => {
      const { revision } = record.subscribed;
      // Nothing but this request has changed the record since it was decided.
      if (decided !== undefined && revision === ownRevision) decided = { ...decided, revision };
      if (decided?.revision !== revision) {
        const decisions = await rules.decide(record.grants, left);
        decided = { revision, decisions: new Map(left.map((entityId, index) => [entityId, decisions[index]])) };
      }
      const { decisions } = decided;
      return this.#subscribePart(record, { request, left, known, decisions, limit: rules.limit });
    });
  }

  unsubscribe(request: SubscriptionRequest, now: EpochSeconds): Promise<StoreOutcome<UnsubscribeResult>> {
    return this.#inParts<UnsubscribeResult>(request, now, async (record, left, known) => {
      const { subscribed, connection } = record;
      const present = left.flatMap((entityId) => {
        const row = known.get(entityId);
        return row === undefined ? [] : [[entityId, row.part] as const];
      });
      const change = withoutNames(subscribed, present, this.#maxWrites);
      const done = left.filter((entityId) => !known.has(entityId) || change.parts.has(entityId));
      const results = new Map(done.map((entityId) => [entityId, "unsubscribed" as const]));
      if (left.length === 0) return { outcome: { results, connection, revision: undefined } };
      const outcome = { results, connection, revision: change.subscribed.revision };
      const rows = [...change.parts.keys()].map((entityId) => rowDeletion(this.#table, entityId, connection.id));
      const writes = [...rows, ...partWrites(this.#table, connection, change.partChanges)];
      return { outcome, next: change.subscribed, writes };
    });
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

  /** Carries out a request in as many transactions as it takes. */
  #inParts<Result>(
    request: SubscriptionRequest,
    now: EpochSeconds,
    decide: (
      record: FoundRecord,
      left: readonly EntityId[],
      known: KnownRows,
      ownRevision: number | undefined,
    ) => Promise<Decision<Part<Result>>>,
  ): Promise<StoreOutcome<Result | "stale">> {
    const work = async (options: CallOptions): Promise<StoreOutcome<Result | "stale">> => {
      const results = new Map<EntityId, Result | "stale">();
      let ownRevision: number | undefined;
      let known: KnownRows = new Map();
      let before: Connection | undefined;
      for (;;) {
        const left = request.entityIds.filter((entityId) => !results.has(entityId));
        const part: Part<Result> | Absence | "stale" = await this.#changes.change(
          { ...request, isContinued: ownRevision !== undefined },
          now,
          options,
          async (record) => {
            // Nothing but this request has changed the record since the rows were read.
            const isOwn = record.subscribed.revision === ownRevision;
            if (!isOwn) known = await this.#knownRows(record, left, options);
            return decide(record, left, known, ownRevision);
          },
        );
        if (part === "stale" && before !== undefined) {
          // The parts before have their effect.
          for (const entityId of left) results.set(entityId, "stale");
        } else if (typeof part === "string") {
          return { kind: part };
        } else {
          for (const [entityId, result] of part.results) results.set(entityId, result);
          ownRevision = part.revision ?? ownRevision;
          before = part.connection;
        }
        if (before === undefined || results.size < request.entityIds.length) continue;
        return { kind: "answered", connection: before, results: inOrder(request.entityIds, results) };
      }
    };
    return callTable(this.#table, "SUBSCRIPTION_STORE", work, this.#table.changeBudgetMillis);
  }

  #subscribePart(
    record: FoundRecord,
    asked: {
      readonly request: SubscriptionRequest;
      readonly left: readonly EntityId[];
      readonly known: KnownRows;
      readonly decisions: Decided["decisions"];
      readonly limit: number;
    },
  ): Decision<Part<SubscribeResult>> {
    const { subscribed, connection, firstEnd, freeBytes } = record;
    const { known, decisions, limit } = asked;
    const results = new Map<EntityId, SubscribeResult>();
    const changed: EntityId[] = [];
    const wanted: EntityId[] = [];
    const beyond: EntityId[] = [];
    for (const entityId of asked.left) {
      const decision = decisions.get(entityId);
      const row = known.get(entityId);
      if (decision === undefined) results.set(entityId, "failed");
      else if (decision.kind === "denied") results.set(entityId, decision);
      else if (row !== undefined && row.grantedUntil === decision.until) results.set(entityId, "subscribed");
      else if (row !== undefined) changed.push(entityId);
      else if (subscribed.count + wanted.length < limit) wanted.push(entityId);
      else beyond.push(entityId);
    }
    const rewritten = changed.slice(0, this.#maxWrites);
    const change = withNames(subscribed, wanted, { freeBytes, maxWrites: this.#maxWrites - rewritten.length });
    const written = [...rewritten, ...change.parts.keys()];
    for (const entityId of written) results.set(entityId, "subscribed");
    // Before all that are wanted are written, another request may take their place, or one of them.
    if (change.parts.size === wanted.length) for (const entityId of beyond) results.set(entityId, "limit-reached");
    if (![...results.values()].includes("subscribed")) {
      // Another request may have removed a subscription since the record was read.
      const isToBeConfirmed = subscribed.levels !== "" && [...results.values()].includes("limit-reached");
      return { outcome: { results, connection, revision: undefined }, isToBeConfirmed };
    }
    const ends = written.map((entityId) => untilOf(decisions.get(entityId)));
    const rows = written.map((entityId, index) => {
      const { id: connectionId, connectedAt } = connection;
      const { userId } = asked.request;
      const lifetime = { connectedAt, expiresAt: firstEnd, grantedUntil: ends[index] };
      const part = known.get(entityId)?.part ?? change.parts.get(entityId) ?? subscribed.part;
      return rowWrite(this.#table, { entityId, connectionId, userId, ...lifetime }, part);
    });
    const next = written.length > 0 ? change.subscribed : touched(subscribed);
    return {
      outcome: { results, connection, revision: next.revision },
      next: ends.some((end) => end !== undefined) ? { ...next, bounded: true } : next,
      writes: [...rows, ...partWrites(this.#table, connection, change.partChanges)],
    };
  }

  /**
   * The rows of those entities to which the connection is subscribed. If the record has the name and no row has an end of
   * its own, no row needs to be read.
   */
  async #knownRows(
    { subscribed: { names, part, levels, bounded }, connection }: FoundRecord,
    entityIds: readonly EntityId[],
    options: CallOptions,
  ): Promise<KnownRows> {
    const known = new Map<EntityId, FoundRow>(
      entityIds.filter((entityId) => names.has(entityId)).map((entityId) => [entityId, { part }]),
    );
    const doubtful = entityIds.filter((entityId) => (names.has(entityId) ? bounded : levels !== ""));
    const rows = await readRows(this.#table, connection.id, doubtful, options);
    for (const [entityId, row] of rows) known.set(entityId, row);
    return known;
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
    const record = connectionKey(id).sk;
    // Grants cost by their size. TTL removes them for nothing.
    const kept = grantsKey(id).sk;
    let count = 0;
    const names: EntityId[] = [];
    const others: ItemKey[] = [];
    // A budget for each page: a disconnect has no client that waits.
    const items = await partitionItems(this.#table, ":connection", id, (request) =>
      callTable(this.#table, "SUBSCRIPTION_STORE", request),
    );
    for (const item of items) {
      names.push(...namesFromItem(item));
      if (item["sk"] === record) count = Number(item["count"] ?? 0);
      else if (item["sk"] !== kept) others.push({ pk: id, sk: String(item["sk"]) });
    }
    return { count, names, others };
  }
}

/**
 * The items under a connection's key: the count of names, the names in record and parts, and the keys of the other
 * items.
 */
type Remains = { readonly count: number; readonly names: readonly EntityId[]; readonly others: readonly ItemKey[] };

function inOrder<Result>(entityIds: readonly EntityId[], results: ReadonlyMap<EntityId, Result>): readonly Result[] {
  return entityIds.flatMap((entityId) => results.get(entityId) ?? []);
}

function untilOf(decision: AccessDecision | undefined): EpochSeconds | undefined {
  return decision?.kind === "allowed" ? decision.until : undefined;
}
