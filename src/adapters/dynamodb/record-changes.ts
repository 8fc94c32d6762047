import { randomUUID } from "node:crypto";
import {
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Absence } from "../../application/ports/connection-store.ts";
import type { SubscriptionRequest } from "../../application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import { isStale } from "../../domain/connection/seq.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import {
  collectedFrom,
  firstEndIn,
  freeBytesIn,
  seqIn,
  subscribedEntitiesFromItem,
  toSubscribedEntitiesAttributes,
} from "./connection-item.ts";
import { type CallOptions, type DynamoTable, WAITING, type Waiting } from "./dynamo-table.ts";
import { grantsOf } from "./grants-item.ts";
import { ownConnection } from "./own-connection.ts";
import type { SubscribedEntities } from "./subscribed-entities.ts";
import { connectionKey, grantsKey, type ItemKey, queueKey } from "./table-keys.ts";
import { hasConflicted, isThrottled } from "./transaction-faults.ts";

/** The record of a live connection, as it was read. */
export type FoundRecord = {
  readonly connection: Connection;
  /** Of the connection's token. */
  readonly grants: Grants;
  readonly subscribed: SubscribedEntities;
  /** The space for names, in bytes. */
  readonly freeBytes: number;
  readonly firstEnd: EpochSeconds;
};

/** A request that changes a record, or one part of it. */
export type Changing = Pick<SubscriptionRequest, "connectionId" | "userId" | "seq"> & {
  /** The record may have the request's own `seq`, from an earlier part or try of it. */
  readonly isContinued?: boolean;
};

export type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

/** A new state of a record, and the other writes of the same transaction. */
export type Decision<T> = {
  readonly outcome: T;
  /** Absent for a refusal, which changes nothing. */
  readonly next?: SubscribedEntities;
  readonly writes?: readonly Write[];
  /**
   * Set for a refusal that depends on more than the record: it is valid only if the record has not changed meanwhile.
   */
  readonly isToBeConfirmed?: boolean;
};

/** The number of times that the SDK tries other requests. */
const MAX_TRIES = 3;
const THROTTLED_MILLIS = 50;

/** A read may see a renewal's write to the record before that to the grants, for milliseconds. */
const REPLACING_MILLIS = 20;

/** The first request in the queue waits this long for the other losers of the same race. */
const SETTLING_MILLIS = 50;
/** The assumed length of a turn before one was measured. */
const TURN_MILLIS = 15;
/**
 * Longer than a turn without waiting. Longer turns count as this long: they come from requests that waited too long.
 */
const MAX_TURN_MILLIS = 20;
/** A request reads again after this fraction of the expected time of the turns before it. */
const EARLY = 0.6;
const MIN_POLL_MILLIS = 3;
const MAX_POLL_MILLIS = 1000;
/**
 * A turn without progress for this long is skipped: its function may be dead. Only pauses count, so a slow table does
 * not use up the time.
 */
const PATIENCE_MILLIS = 250;
const MAX_PATIENCE_TURNS = 8;

/** A request's place in the queue, and its last view of the record. */
type Place = {
  readonly ticket: number;
  seen: { readonly turn: number; readonly at: number };
  /** The length of recent turns. */
  turnMillis: number;
  revision: number;
  idleMillis: number;
};

/**
 * Changes the subscriptions of connections. Every change requires the revision that it read, and increments it. Of two
 * changes that read the same revision one fails, and a late write fails too. Turns serve many requests at once: a
 * request that lost a race takes a ticket and waits for the requests before it, without trying.
 */
export class RecordChanges {
  readonly #table: DynamoTable;
  readonly #waiting: Waiting;

  constructor(table: DynamoTable, waiting = WAITING) {
    this.#table = table;
    this.#waiting = waiting;
  }

  /** Calls `decide` again whenever the record has changed meanwhile. `stale`: the record has a later `seq`. */
  async change<T>(
    request: Changing,
    now: EpochSeconds,
    options: CallOptions,
    decide: (record: FoundRecord) => Promise<Decision<T>>,
  ): Promise<T | Absence | "stale"> {
    let whose = request;
    const { connectionId } = whose;
    let place: Place | undefined;
    for (;;) {
      const { record, tail } = await this.#read(whose, now, options);
      if (typeof record === "string") {
        if (record === "stale" && place !== undefined) await this.#passOn(connectionId, place.ticket, options);
        return record;
      }
      const waitMillis = place === undefined ? 0 : waitAt(place, record.subscribed, this.#waiting.now());
      if (waitMillis > 0) {
        await this.#waiting.pause(waitMillis, options.abortSignal);
        continue;
      }
      const { outcome, next, writes = [], isToBeConfirmed = false } = await decide(record);
      if (next === undefined) {
        if (isToBeConfirmed && (await this.#hasChanged(whose, now, record, options))) continue;
        if (place !== undefined) await this.#passOn(connectionId, place.ticket, options);
        return outcome;
      }
      const isQueueing = tail > record.subscribed.turn;
      if (place !== undefined || !isQueueing) {
        const turn = Math.max(record.subscribed.turn, place?.ticket ?? 0);
        const isDone = await this.commit(whose, record.subscribed, { ...next, turn }, writes, options);
        if (isDone) return outcome;
        // The SDK repeats an update whose response was lost. The repeated one then meets the effect of the first.
        whose = { ...whose, isContinued: true };
      }
      place ??= await this.#queueUp(connectionId, record, options);
      await this.#waiting.pause(SETTLING_MILLIS, options.abortSignal);
    }
  }

  /** Reads record and queue in one query, at the price of one item. */
  async #read(
    { connectionId, userId, seq, isContinued = false }: Changing,
    now: EpochSeconds,
    { abortSignal }: CallOptions,
  ): Promise<{ readonly record: FoundRecord | Absence | "stale"; readonly tail: number }> {
    const { pk, sk } = connectionKey(connectionId);
    const query = new QueryCommand({
      TableName: this.#table.name,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :connection AND begins_with(sk, :kind)",
      ExpressionAttributeValues: { ":connection": pk, ":kind": sk },
    });
    for (;;) {
      const { Items = [] } = await this.#table.documents.send(query, { abortSignal });
      const find = (key: ItemKey) => Items.find((one) => one["sk"] === key.sk);
      const item = find(connectionKey(connectionId));
      const tail = Number(find(queueKey(connectionId))?.["tail"] ?? 0);
      const connection = ownConnection(item, userId, now);
      if (typeof connection === "string") return { record: connection, tail };
      const last = isContinued && seqIn(item) === seq ? undefined : seqIn(item);
      if (isStale(seq, last)) return { record: "stale", tail };
      const subscribed = subscribedEntitiesFromItem(item);
      if (item === undefined || subscribed === undefined) return { record: "not-connected", tail };
      const grants = grantsOf(connection.token, find(grantsKey(connectionId)));
      const firstEnd = firstEndIn(item, connection);
      if (grants !== undefined) {
        return { record: { connection, grants, subscribed, freeBytes: freeBytesIn(item), firstEnd }, tail };
      }
      await this.#waiting.pause(REPLACING_MILLIS, abortSignal);
    }
  }

  async #hasChanged(
    whose: Changing,
    now: EpochSeconds,
    { subscribed }: FoundRecord,
    options: CallOptions,
  ): Promise<boolean> {
    const { record } = await this.#read(whose, now, options);
    return typeof record === "string" || record.subscribed.revision !== subscribed.revision;
  }

  /** Writes a change. False if the record has changed since it was read, or is being changed. */
  async commit(
    whose: Pick<Changing, "connectionId" | "seq" | "isContinued">,
    found: SubscribedEntities,
    next: SubscribedEntities,
    writes: readonly Write[],
    options: CallOptions,
  ): Promise<boolean> {
    const update = this.#update(whose, found, next);
    for (let tries = 1; ; tries += 1) {
      try {
        if (writes.length === 0) await this.#table.documents.send(new UpdateCommand(update), options);
        else {
          const TransactItems = [{ Update: update }, ...writes];
          // The token lets DynamoDB recognise a request that the SDK sends again, and apply it once.
          const transaction = new TransactWriteCommand({ TransactItems, ClientRequestToken: randomUUID() });
          await this.#table.documents.send(transaction, options);
        }
        return true;
      } catch (error) {
        if (hasConflicted(error)) return false;
        if (!isThrottled(error) || tries === MAX_TRIES) throw error;
        await this.#waiting.pause(THROTTLED_MILLIS * tries * (0.5 + Math.random()), options.abortSignal);
      }
    }
  }

  #update(
    { connectionId, seq, isContinued = false }: Pick<Changing, "connectionId" | "seq" | "isContinued">,
    found: SubscribedEntities,
    next: SubscribedEntities,
  ) {
    const values: Record<string, unknown> = { ...toSubscribedEntitiesAttributes(next), ...(seq && { seq }) };
    // A renewal changes `seq` and no revision.
    const inOrder = `(attribute_not_exists(#seq) OR #seq ${isContinued ? "<=" : "<"} :seq)`;
    if (next.names.size > 0) values["names"] = next.names;
    const assignments = Object.keys(values).map((name) => `#${name} = :${name}`);
    const isEmptied = next.names.size === 0 && found.names.size > 0;
    return {
      TableName: this.#table.name,
      Key: connectionKey(connectionId),
      UpdateExpression: `SET ${assignments.join(", ")}${isEmptied ? " REMOVE #names" : ""}`,
      ConditionExpression: seq === undefined ? "#revision = :found" : `#revision = :found AND ${inOrder}`,
      ExpressionAttributeNames: Object.fromEntries(
        [...Object.keys(values), ...(isEmptied ? ["names"] : [])].map((name) => [`#${name}`, name]),
      ),
      ExpressionAttributeValues: {
        ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
        ":found": found.revision,
      },
    };
  }

  /**
   * Takes a ticket. Tickets are in a separate item that no transaction touches, so any number of requests take one at
   * once.
   */
  async #queueUp(id: ConnectionId, { subscribed, connection }: FoundRecord, options: CallOptions): Promise<Place> {
    const take = new UpdateCommand({
      TableName: this.#table.name,
      Key: queueKey(id),
      UpdateExpression: "SET #ttl = :ttl ADD tail :one",
      ExpressionAttributeNames: { "#ttl": "ttl" },
      ExpressionAttributeValues: { ":ttl": collectedFrom(connection.connectedAt), ":one": 1 },
      ReturnValues: "UPDATED_NEW",
    });
    const { Attributes } = await this.#table.documents.send(take, options);
    const { turn, revision } = subscribed;
    const now = this.#waiting.now();
    return {
      ticket: Number(Attributes?.["tail"]),
      seen: { turn, at: now },
      turnMillis: TURN_MILLIS,
      revision,
      idleMillis: 0,
    };
  }

  /** Ends a turn without a change. If this fails, the next request skips the turn after its patience. */
  async #passOn(id: ConnectionId, ticket: number, options: CallOptions): Promise<void> {
    const pass = new UpdateCommand({
      TableName: this.#table.name,
      Key: connectionKey(id),
      UpdateExpression: "SET turn = :ticket",
      ConditionExpression: "turn < :ticket",
      ExpressionAttributeValues: { ":ticket": ticket },
    });
    await this.#table.documents.send(pass, options).catch(() => undefined);
  }
}

/** The time to wait before the next read: 0 at the request's turn, or if the requests before it count as dead. */
function waitAt(place: Place, { turn, revision }: SubscribedEntities, now: number): number {
  const ahead = place.ticket - 1 - turn;
  if (revision !== place.revision) Object.assign(place, { revision, idleMillis: 0 });
  if (ahead <= 0 || place.idleMillis >= PATIENCE_MILLIS * Math.min(ahead, MAX_PATIENCE_TURNS)) return 0;
  const served = turn - place.seen.turn;
  if (served > 0) {
    place.turnMillis = Math.min((now - place.seen.at) / served, MAX_TURN_MILLIS);
    place.seen = { turn, at: now };
  }
  const early = Math.max(MIN_POLL_MILLIS, place.idleMillis / 2, (ahead - 1) * place.turnMillis * EARLY);
  const millis = Math.min(early, MAX_POLL_MILLIS);
  place.idleMillis += millis;
  return millis;
}
