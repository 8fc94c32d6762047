import { type AttributeValue, ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { ConnectionStore, ListedConnection, OpenOutcome, Page } from "../../application/ports/connection-store.ts";
import { type Connection, type ConnectionId, isExpired } from "../../domain/connection/connection.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { UserId } from "../../domain/identity/identity.ts";
import { addSeconds, type EpochSeconds, toEpochSeconds } from "../../domain/time.ts";
import { getInBatches, getWithin } from "./batches.ts";
import { fromConnectionItem, fromIndexedItem, toConnectionItem } from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable } from "./dynamo-table.ts";
import { toGrantsItem } from "./grants-item.ts";
import { ownConnection } from "./own-connection.ts";
import { readCursor, writeCursor } from "./page-cursor.ts";
import { pastTransactions } from "./past-transactions.ts";
import { connectionKey, LAST_MOMENT, momentKey } from "./table-keys.ts";
import { markClosed } from "./tombstone-item.ts";

const PAGE_SIZE = 100;

/** The index may show an old end for a moment. DynamoDB's is behind by less than a second as a rule. */
const INDEX_LAG_SECONDS = 60;

/** A tombstone has no `expiresAt`, so it fails this condition for as long as it exists. */
const FREE_OR_EXPIRED = "attribute_not_exists(pk) OR expiresAt <= :now";

export class DynamoConnectionStore implements ConnectionStore {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async open(connection: Connection, grants: Grants): Promise<OpenOutcome> {
    // No request comes before the handshake is over, so the two need no order.
    const [outcome] = await Promise.all([this.#open(connection), this.#keepGrants(connection, grants)]);
    return outcome;
  }

  async #open(connection: Connection): Promise<OpenOutcome> {
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

  /** A call that is repeated late must not undo a renewal. */
  async #keepGrants({ id, connectedAt }: Connection, grants: Grants): Promise<void> {
    if (grants.length === 0) return;
    const put = new PutCommand({
      TableName: this.#table.name,
      Item: toGrantsItem(id, connectedAt, grants),
      ConditionExpression: "attribute_not_exists(pk) OR connectedAt <> :connectedAt",
      ExpressionAttributeValues: { ":connectedAt": connectedAt },
    });
    try {
      await callTable(this.#table, "CONNECTION_STORE", (options) =>
        pastTransactions(() => this.#table.documents.send(put, options), options),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /**
   * Updates the item instead of deleting it, at the same cost: it becomes the tombstone that refuses a late `open`. The
   * tombstone has no revision, so every concurrent change fails.
   */
  async close(id: ConnectionId, now: EpochSeconds): Promise<void> {
    const update = new UpdateCommand({ TableName: this.#table.name, Key: connectionKey(id), ...markClosed(now) });
    await callTable(this.#table, "CONNECTION_STORE", (options) =>
      pastTransactions(() => this.#table.documents.send(update, options), options),
    );
  }

  async liveConnectionsOf(userId: UserId, now: EpochSeconds, from?: string): Promise<Page<ListedConnection>> {
    const first = addSeconds(now, 1 - INDEX_LAG_SECONDS);
    const start = from === undefined ? undefined : startKey(userId, first, from);
    const query = new QueryCommand({
      ...this.#queryOf(userId, first),
      Limit: PAGE_SIZE,
      ...(start && { ExclusiveStartKey: start }),
    });
    return callTable(this.#table, "CONNECTION_STORE", async (options) => {
      const page = await this.#table.documents.send(query, options);
      const listed = (page.Items ?? []).flatMap((item) => fromIndexedItem(item) ?? []);
      const items = await this.#renewed(listed, userId, now, options);
      return { items, ...(page.LastEvaluatedKey && { next: nextPage(page.LastEvaluatedKey) }) };
    });
  }

  async countLive(userId: UserId, now: EpochSeconds, besides: ConnectionId | undefined, most: number): Promise<number> {
    return callTable(this.#table, "CONNECTION_STORE", async (options) => {
      let count = 0;
      let start: Record<string, unknown> | undefined;
      do {
        const query = new QueryCommand({
          ...this.#queryOf(userId, addSeconds(now, 1)),
          ProjectionExpression: "pk",
          // One more, since `besides` may be among them.
          Limit: most - count + 1,
          ExclusiveStartKey: start,
        });
        const page = await this.#table.documents.send(query, options);
        count += (page.Items ?? []).filter(({ pk }) => pk !== besides).length;
        start = page.LastEvaluatedKey;
      } while (start !== undefined && count < most);
      return Math.min(count, most);
    });
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

  /** Expired records sort before the range, those of an older schema after it: neither costs a read. */
  #queryOf(userId: UserId, first: EpochSeconds) {
    return {
      TableName: this.#table.name,
      IndexName: this.#table.index,
      KeyConditionExpression: "GSI1PK = :user AND GSI1SK BETWEEN :first AND :last",
      ExpressionAttributeValues: { ":user": userId, ":first": momentKey(first), ":last": LAST_MOMENT },
    };
  }

  /** The live ones of a page. A record decides on each connection whose end by the index has passed: it may be renewed. */
  async #renewed(
    listed: readonly ListedConnection[],
    userId: UserId,
    now: EpochSeconds,
    options: CallOptions,
  ): Promise<readonly ListedConnection[]> {
    const ended = listed.filter((one) => isExpired(one, now));
    if (ended.length === 0) return listed;
    const items = await getWithin(
      options,
      this.#table,
      ended.map(({ id }) => connectionKey(id)),
    );
    const found = new Map(items.map((item) => [item["pk"], ownConnection(item, userId, now)]));
    return listed.flatMap((one) => {
      if (!isExpired(one, now)) return one;
      const connection = found.get(one.id);
      if (connection === undefined || typeof connection === "string") return [];
      const { token: _, ...renewed } = connection;
      return renewed;
    });
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
 * The key to start from; undefined if the page ended on a record that has left the range since. All records before it
 * have then left it too, and DynamoDB refuses keys outside the range.
 */
function startKey(userId: UserId, first: EpochSeconds, from: string): Record<string, string> | undefined {
  const [expiry = "", pk = "", sk = ""] = readCursor(from, 3);
  return expiry >= momentKey(first) && expiry <= LAST_MOMENT ? { GSI1PK: userId, GSI1SK: expiry, pk, sk } : undefined;
}
