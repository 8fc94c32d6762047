import { randomUUID } from "node:crypto";
import {
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Absence } from "../../application/ports/connection-store.ts";
import type { SubscriptionReference } from "../../application/ports/subscription-store.ts";
import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import {
  collectedFrom,
  firstEndIn,
  freeBytesIn,
  subscribedEntitiesFromItem,
  toSubscribedEntitiesAttributes,
} from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable, WAITING, type Waiting } from "./dynamo-table.ts";
import { ownConnection } from "./own-connection.ts";
import type { SubscribedEntities } from "./subscribed-entities.ts";
import { connectionKey, type ItemKey, queueKey } from "./table-keys.ts";
import { hasConflicted, isThrottled } from "./transaction-faults.ts";

/** The record of a live connection, as it was read. */
export type FoundRecord = {
  readonly subscribed: SubscribedEntities;
  /** The space for names, in bytes. */
  readonly freeBytes: number;
  readonly firstEnd: EpochSeconds;
} & Pick<Connection, "connectedAt">;

type Whose = Pick<SubscriptionReference, "connectionId" | "userId">;

type Write = NonNullable<TransactWriteCommandInput["TransactItems"]>[number];

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

  /** Calls `decide` again whenever the record has changed meanwhile. */
  change<T>(
    whose: Whose,
    now: EpochSeconds,
    decide: (record: FoundRecord, options: CallOptions) => Promise<Decision<T>>,
  ): Promise<T | Absence> {
    const { connectionId } = whose;
    const work = async (options: CallOptions) => {
      let place: Place | undefined;
      for (;;) {
        const { record, tail } = await this.#read(whose, now, options);
        if (typeof record === "string") return record;
        const waitMillis = place === undefined ? 0 : waitAt(place, record.subscribed, this.#waiting.now());
        if (waitMillis > 0) {
          await this.#waiting.pause(waitMillis, options.abortSignal);
          continue;
        }
        const { outcome, next, writes = [], isToBeConfirmed = false } = await decide(record, options);
        if (next === undefined) {
          if (isToBeConfirmed && (await this.#hasChanged(whose, now, record, options))) continue;
          if (place !== undefined) await this.#passOn(connectionId, place.ticket, options);
          return outcome;
        }
        const isQueueing = tail > record.subscribed.turn;
        if (place !== undefined || !isQueueing) {
          const turn = Math.max(record.subscribed.turn, place?.ticket ?? 0);
          const isDone = await this.#commit(connectionId, record.subscribed, { ...next, turn }, writes, options);
          if (isDone) return outcome;
        }
        place ??= await this.#queueUp(connectionId, record, options);
        await this.#waiting.pause(SETTLING_MILLIS, options.abortSignal);
      }
    };
    return callTable(this.#table, "SUBSCRIPTION_STORE", work, this.#table.changeBudgetMillis);
  }

  /** Reads record and queue in one query, at the price of one item. */
  async #read(
    { connectionId, userId }: Whose,
    now: EpochSeconds,
    { abortSignal }: CallOptions,
  ): Promise<{ readonly record: FoundRecord | Absence; readonly tail: number }> {
    const { pk, sk } = connectionKey(connectionId);
    const query = new QueryCommand({
      TableName: this.#table.name,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :connection AND begins_with(sk, :kind)",
      ExpressionAttributeValues: { ":connection": pk, ":kind": sk },
    });
    const { Items = [] } = await this.#table.documents.send(query, { abortSignal });
    const item = Items.find((one) => one["sk"] === sk);
    const tail = Number(Items.find((one) => one["sk"] === queueKey(connectionId).sk)?.["tail"] ?? 0);
    const connection = ownConnection(item, userId, now);
    if (typeof connection === "string") return { record: connection, tail };
    const subscribed = subscribedEntitiesFromItem(item);
    if (item === undefined || subscribed === undefined) return { record: "not-connected", tail };
    const { connectedAt } = connection;
    const firstEnd = firstEndIn(item, connection);
    return { record: { subscribed, freeBytes: freeBytesIn(item), connectedAt, firstEnd }, tail };
  }

  async #hasChanged(
    whose: Whose,
    now: EpochSeconds,
    { subscribed }: FoundRecord,
    options: CallOptions,
  ): Promise<boolean> {
    const { record } = await this.#read(whose, now, options);
    return typeof record === "string" || record.subscribed.revision !== subscribed.revision;
  }

  /** Writes a change. False if the record has changed since it was read, or is being changed. */
  async #commit(
    id: ConnectionId,
    found: SubscribedEntities,
    next: SubscribedEntities,
    writes: readonly Write[],
    options: CallOptions,
  ): Promise<boolean> {
    const update = this.#update(connectionKey(id), found, next);
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

  #update(key: ItemKey, found: SubscribedEntities, next: SubscribedEntities) {
    const values: Record<string, unknown> = { ...toSubscribedEntitiesAttributes(next) };
    if (next.names.size > 0) values["names"] = next.names;
    const assignments = Object.keys(values).map((name) => `#${name} = :${name}`);
    const isEmptied = next.names.size === 0 && found.names.size > 0;
    return {
      TableName: this.#table.name,
      Key: key,
      UpdateExpression: `SET ${assignments.join(", ")}${isEmptied ? " REMOVE #names" : ""}`,
      ConditionExpression: "#revision = :found",
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
  async #queueUp(id: ConnectionId, { subscribed, connectedAt }: FoundRecord, options: CallOptions): Promise<Place> {
    const take = new UpdateCommand({
      TableName: this.#table.name,
      Key: queueKey(id),
      UpdateExpression: "SET #ttl = :ttl ADD tail :one",
      ExpressionAttributeNames: { "#ttl": "ttl" },
      ExpressionAttributeValues: { ":ttl": collectedFrom(connectedAt), ":one": 1 },
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
