import { type AttributeValue, ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, PutCommand, QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Page } from "../../application/ports/connection-store.ts";
import type { FollowOutcome, SubscriptionStore } from "../../application/ports/subscription-store.ts";
import { isExpired } from "../../domain/connection/connection.ts";
import type { ConnectionId } from "../../domain/connection/connection-id.ts";
import type { UserId } from "../../domain/identity/user-id.ts";
import type { EntityId } from "../../domain/subscription/entity-id.ts";
import type { Subscription } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import { fromConnectionItem } from "./connection-item.ts";
import { deleteInBatches } from "./delete-in-batches.ts";
import { type CallOptions, callTable, type DynamoTable } from "./dynamo-table.ts";
import { readCursor, writeCursor } from "./page-cursor.ts";
import { fromSubscriptionItem, toSubscriptionItem } from "./subscription-item.ts";
import { connectionKey, entityPartition, subscriptionKey } from "./table-keys.ts";

/** Some 35 KB, read for 9 units: keeps a fan-out busy for longer than the next page takes, and memory small. */
const PAGE_SIZE = 250;

/** The connection is open, is this user's, and has room for the entity or has it already. */
const MAY_FOLLOW =
  "expiresAt > :now AND GSI1PK = :user AND " +
  "(attribute_not_exists(following) OR contains(following, :entity) OR size(following) < :limit)";

/**
 * A subscription stands in two places: as a row of the entity's partition, which the fan-out reads, and in the set
 * `following` of the connection's record, which `close` answers with. The record's condition decides, in the same write,
 * whether the connection is open and under its limit. Whatever has a row is in the set or about to be refused.
 */
export class DynamoSubscriptionStore implements SubscriptionStore {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  /** The row first: were the set first, a `close` between the two would remove a row that is yet to come. */
  follow(subscription: Subscription, now: EpochSeconds, limit: number): Promise<FollowOutcome> {
    return callTable(this.#table, "SUBSCRIPTION_STORE", async (options) => {
      const put = new PutCommand({ TableName: this.#table.name, Item: toSubscriptionItem(subscription) });
      await this.#table.documents.send(put, options);
      const outcome = await this.#enlist(subscription, now, limit, options);
      if (outcome !== "following") await this.#removeRow(subscription.entityId, subscription.connectionId, options);
      return outcome;
    });
  }

  /** The set first, for the same reason: a `follow` in between must not leave a row that no set names. */
  unfollow(entityId: EntityId, connectionId: ConnectionId): Promise<void> {
    return callTable(this.#table, "SUBSCRIPTION_STORE", async (options) => {
      await this.#strikeOff(entityId, connectionId, options);
      await this.#removeRow(entityId, connectionId, options);
    });
  }

  async unfollowAll(entityIds: readonly EntityId[], connectionId: ConnectionId): Promise<void> {
    const keys = entityIds.map((entityId) => subscriptionKey(entityId, connectionId));
    await deleteInBatches(this.#table, keys);
  }

  async followersOf(entityId: EntityId, now: EpochSeconds, from?: string): Promise<Page<Subscription>> {
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
    const page = await callTable(this.#table, "SUBSCRIPTION_STORE", (options) =>
      this.#table.documents.send(query, options),
    );
    const items = (page.Items ?? []).flatMap((item) => fromSubscriptionItem(item, entityId) ?? []);
    return {
      items: items.filter((subscription) => !isExpired(subscription, now)),
      ...(page.LastEvaluatedKey && { next: writeCursor([String(page.LastEvaluatedKey["sk"])]) }),
    };
  }

  async #enlist(
    { entityId, connectionId, userId }: Subscription,
    now: EpochSeconds,
    limit: number,
    options: CallOptions,
  ): Promise<FollowOutcome> {
    const add = new UpdateCommand({
      TableName: this.#table.name,
      Key: connectionKey(connectionId),
      UpdateExpression: "ADD following :entities",
      ConditionExpression: MAY_FOLLOW,
      ExpressionAttributeValues: {
        ":entities": new Set([entityId]),
        ":entity": entityId,
        ":limit": limit,
        ":now": now,
        ":user": userId,
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    try {
      await this.#table.documents.send(add, options);
      return "following";
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return judgeObstacle(error.Item ?? {}, userId, now);
    }
  }

  async #strikeOff(entityId: EntityId, connectionId: ConnectionId, options: CallOptions): Promise<void> {
    const remove = new UpdateCommand({
      TableName: this.#table.name,
      Key: connectionKey(connectionId),
      UpdateExpression: "DELETE following :entities",
      // Without it the update would make a record of a connection that never was.
      ConditionExpression: "contains(following, :entity)",
      ExpressionAttributeValues: { ":entities": new Set([entityId]), ":entity": entityId },
    });
    try {
      await this.#table.documents.send(remove, options);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async #removeRow(entityId: EntityId, connectionId: ConnectionId, options: CallOptions): Promise<void> {
    const remove = new DeleteCommand({
      TableName: this.#table.name,
      Key: subscriptionKey(entityId, connectionId),
    });
    await this.#table.documents.send(remove, options);
  }
}

/** Why a connection may not follow: nothing but its limit stands in the way of a live one. */
function judgeObstacle(item: Record<string, AttributeValue>, userId: UserId, now: EpochSeconds): FollowOutcome {
  const found = fromConnectionItem(unmarshall(item));
  const live = found?.identity.userId === userId && !isExpired(found, now);
  return live ? "limit-reached" : "not-connected";
}
