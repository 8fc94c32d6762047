import {
  type AttributeValue,
  ConditionalCheckFailedException,
  TransactionConflictException,
} from "@aws-sdk/client-dynamodb";
import { PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { ConnectionStore, OpenOutcome, Page } from "../../application/ports/connection-store.ts";
import {
  CLOSED_ID_SECONDS,
  type Connection,
  type ConnectionId,
  isExpired,
} from "../../domain/connection/connection.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import { getInBatches } from "./batches.ts";
import { fromConnectionItem, OPEN_ATTRIBUTES, toConnectionItem } from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable, WAITING } from "./dynamo-table.ts";
import { readCursor, writeCursor } from "./page-cursor.ts";
import { connectionKey, LAST_MOMENT, momentKey } from "./table-keys.ts";

const PAGE_SIZE = 100;

const TRANSACTION_MILLIS = 20;

/** A tombstone has no `expiresAt`, so it fails this condition for as long as it exists. */
const FREE_OR_EXPIRED = "attribute_not_exists(pk) OR expiresAt <= :now";

/** Some names are reserved words of DynamoDB's expressions, so every name has a placeholder. */
const MARK_CLOSED = `SET closedAt = :now, #ttl = :ttl REMOVE ${OPEN_ATTRIBUTES.map((name) => `#${name}`).join(", ")}`;
const MARK_CLOSED_NAMES = Object.fromEntries(["ttl", ...OPEN_ATTRIBUTES].map((name) => [`#${name}`, name]));

export class DynamoConnectionStore implements ConnectionStore {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async open(connection: Connection): Promise<OpenOutcome> {
    const put = new PutCommand({
      TableName: this.#table.name,
      Item: toConnectionItem(connection),
      ConditionExpression: FREE_OR_EXPIRED,
      ExpressionAttributeValues: { ":now": toEpochSeconds(connection.connectedAt) },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    try {
      await callTable(this.#table, "CONNECTION_STORE", (options) =>
        pastTransactions(() => this.#table.documents.send(put, options), options),
      );
      return "stored";
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return explainConflict(error.Item ?? {}, connection);
    }
  }

  /**
   * Updates the item instead of deleting it, at the same cost: it becomes the tombstone that refuses a late `open`. The
   * tombstone has no revision, so every concurrent change fails.
   */
  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    const markClosed = new UpdateCommand({
      TableName: this.#table.name,
      Key: connectionKey(id),
      UpdateExpression: MARK_CLOSED,
      ExpressionAttributeNames: MARK_CLOSED_NAMES,
      ExpressionAttributeValues: { ":now": now, ":ttl": addSeconds(now, CLOSED_ID_SECONDS) },
    });
    await callTable(this.#table, "CONNECTION_STORE", (options) =>
      pastTransactions(() => this.#table.documents.send(markClosed, options), options),
    );
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<Connection>> {
    const start = from === undefined ? undefined : startKey(userId, now, from);
    const query = new QueryCommand({
      TableName: this.#table.name,
      IndexName: this.#table.index,
      // Expired records sort before the range, those of an older schema after it: neither costs a read.
      KeyConditionExpression: "GSI1PK = :user AND GSI1SK BETWEEN :next AND :last",
      ExpressionAttributeValues: { ":user": userId, ":next": momentKey(addSeconds(now, 1)), ":last": LAST_MOMENT },
      Limit: PAGE_SIZE,
      ...(start && { ExclusiveStartKey: start }),
    });
    const page = await callTable(this.#table, "CONNECTION_STORE", (options) =>
      this.#table.documents.send(query, options),
    );
    const items = (page.Items ?? []).map(fromConnectionItem).filter((connection) => connection !== undefined);
    return { items, ...(page.LastEvaluatedKey && { next: nextPage(page.LastEvaluatedKey) }) };
  }

  async countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId, most: number): Promise<number> {
    const query = new QueryCommand({
      TableName: this.#table.name,
      IndexName: this.#table.index,
      KeyConditionExpression: "GSI1PK = :user AND GSI1SK BETWEEN :next AND :last",
      ExpressionAttributeValues: { ":user": userId, ":next": momentKey(addSeconds(now, 1)), ":last": LAST_MOMENT },
      ProjectionExpression: "pk",
      // One more than asked for, since the caller's own connection may be among them.
      Limit: most + 1,
    });
    const { Items = [] } = await callTable(this.#table, "CONNECTION_STORE", (options) =>
      this.#table.documents.send(query, options),
    );
    return Math.min(Items.filter(({ pk }) => pk !== besides).length, most);
  }

  async liveConnectionsAmong(
    ids: readonly ConnectionId[],
    userId: UserId,
    now: EpochSeconds,
  ): Promise<readonly Connection[]> {
    const items = await getInBatches(this.#table, "CONNECTION_STORE", [...new Set(ids)].map(connectionKey));
    const connections = items.flatMap((item) => fromConnectionItem(item) ?? []);
    return connections.filter((one) => one.identity.userId === userId && !isExpired(one, now));
  }
}

/** Repeats a write that a transaction on the same record refuses. A transaction takes milliseconds. */
async function pastTransactions(send: () => Promise<unknown>, { abortSignal }: CallOptions): Promise<void> {
  for (;;) {
    try {
      await send();
      return;
    } catch (error) {
      if (!(error instanceof TransactionConflictException)) throw error;
      await WAITING.pause(TRANSACTION_MILLIS * (0.5 + Math.random()), abortSignal);
    }
  }
}

/** Explains why the condition of `open` failed. A record that cannot be parsed counts as another user's. */
function explainConflict(item: Record<string, AttributeValue>, connection: Connection): OpenOutcome {
  const found = unmarshall(item);
  if (Object.hasOwn(found, "closedAt")) return "closed";
  return fromConnectionItem(found)?.identity.userId === connection.identity.userId ? "stored" : "taken";
}

function nextPage(last: Record<string, unknown>): string {
  return writeCursor([String(last["GSI1SK"]), String(last["pk"]), String(last["sk"])]);
}

/**
 * The key to start from; undefined if the page ended on a record that has expired since. All records before it have
 * then expired too, and DynamoDB refuses keys outside the range.
 */
function startKey(userId: UserId, now: EpochSeconds, from: string): Record<string, string> | undefined {
  const [expiry = "", pk = "", sk = ""] = readCursor(from, 3);
  return expiry > momentKey(now) && expiry <= LAST_MOMENT ? { GSI1PK: userId, GSI1SK: expiry, pk, sk } : undefined;
}
