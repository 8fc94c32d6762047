import type { Connection, ConnectionId } from "../../domain/connection/connection.ts";
import type { EntityId, Subscription } from "../../domain/subscription/subscription.ts";
import { collectedFrom } from "./connection-item.ts";
import type { DynamoTable } from "./dynamo-table.ts";
import type { Write } from "./record-changes.ts";
import type { PartChange } from "./subscribed-entities.ts";
import { toSubscriptionItem } from "./subscription-item.ts";
import { partKey, subscriptionKey } from "./table-keys.ts";

/** DynamoDB's limit for the actions of a transaction is 100. The record's is one of them. */
export const MAX_WRITES = 99;

export function rowWrite({ name }: DynamoTable, subscription: Subscription, part: number): Write {
  return { Put: { TableName: name, Item: toSubscriptionItem(subscription, part) } };
}

export function rowDeletion({ name }: DynamoTable, entityId: EntityId, connectionId: ConnectionId): Write {
  return { Delete: { TableName: name, Key: subscriptionKey(entityId, connectionId) } };
}

/** One write for each part. */
export function partWrites(
  table: DynamoTable,
  connection: Pick<Connection, "id" | "connectedAt">,
  changes: readonly PartChange[],
): readonly Write[] {
  return changes.map((change) => partWrite(table, connection, change));
}

function partWrite(
  { name: TableName }: DynamoTable,
  { id, connectedAt }: Pick<Connection, "id" | "connectedAt">,
  change: PartChange,
): Write {
  const Key = partKey(id, change.part);
  switch (change.kind) {
    case "create":
      return { Put: { TableName, Item: { ...Key, names: new Set(change.names), ttl: collectedFrom(connectedAt) } } };
    case "add":
      return { Update: { TableName, Key, ...changeOfNames("ADD", change.names) } };
    case "remove":
      return { Update: { TableName, Key, ...changeOfNames("DELETE", change.names) } };
    case "delete":
      return { Delete: { TableName, Key } };
  }
}

function changeOfNames(action: "ADD" | "DELETE", names: readonly EntityId[]) {
  return {
    UpdateExpression: `${action} #names :names`,
    ExpressionAttributeNames: { "#names": "names" },
    ExpressionAttributeValues: { ":names": new Set(names) },
  };
}
