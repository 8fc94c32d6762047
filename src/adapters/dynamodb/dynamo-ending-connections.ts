import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { QueryCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Page } from "../../application/ports/connection-store.ts";
import type {
  EndingConnections,
  InspectedConnection,
  SlotCandidate,
} from "../../application/ports/ending-connections.ts";
import {
  CLOSED_ID_SECONDS,
  type Connection,
  type ConnectionId,
  parseConnectionId,
} from "../../domain/connection/connection.ts";
import type { EndingCode, EndSlot } from "../../domain/connection/ending.ts";
import { addSeconds, type EpochSeconds } from "../../domain/time.ts";
import { getInBatches } from "./batches.ts";
import { fromConnectionItem } from "./connection-item.ts";
import { callTable, type DynamoTable } from "./dynamo-table.ts";
import { readCursor, writeCursor } from "./page-cursor.ts";
import { pastTransactions } from "./past-transactions.ts";
import { connectionKey, ENDS_INDEX, slotKey } from "./table-keys.ts";
import { hasToken } from "./token-attributes.ts";
import { fromTombstone, markEnded } from "./tombstone-item.ts";

/** A page has about 40 KB and costs 5 read units. */
const PAGE_SIZE = 500;

/** The index of ends names candidates. The record alone, strongly read, tells whether a connection has ended. */
export class DynamoEndingConnections implements EndingConnections {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async candidatesIn(slot: EndSlot, from?: string): Promise<Page<SlotCandidate>> {
    const [pk, sk] = from === undefined ? [] : readCursor(from, 2);
    const query = new QueryCommand({
      ...this.#queryOf(slot),
      Limit: PAGE_SIZE,
      ...(pk !== undefined && { ExclusiveStartKey: { endSlot: slotKey(slot), pk, sk } }),
    });
    const page = await callTable(this.#table, "CONNECTION_STORE", (options) =>
      this.#table.documents.send(query, options),
    );
    const items = (page.Items ?? []).flatMap((item) => candidateIn(item) ?? []);
    const last = page.LastEvaluatedKey;
    return { items, ...(last && { next: writeCursor([String(last["pk"]), String(last["sk"])]) }) };
  }

  countIn(slot: EndSlot): Promise<number> {
    return callTable(this.#table, "CONNECTION_STORE", async (options) => {
      let count = 0;
      let start: Record<string, unknown> | undefined;
      do {
        const query = new QueryCommand({ ...this.#queryOf(slot), Select: "COUNT", ExclusiveStartKey: start });
        const page = await this.#table.documents.send(query, options);
        count += page.Count ?? 0;
        start = page.LastEvaluatedKey;
      } while (start !== undefined);
      return count;
    });
  }

  async inspect(ids: readonly ConnectionId[], now: EpochSeconds): Promise<readonly InspectedConnection[]> {
    const items = await getInBatches(this.#table, "CONNECTION_STORE", [...new Set(ids)].map(connectionKey));
    return items.flatMap((item) => inspected(item, now) ?? []);
  }

  async end(connection: Connection, code: EndingCode, now: EpochSeconds): Promise<boolean> {
    const { id, identity, token } = connection;
    const expected = hasToken(token);
    const update = markEnded(connection, code, now);
    const markedEnded = new UpdateCommand({
      TableName: this.#table.name,
      Key: connectionKey(id),
      UpdateExpression: update.UpdateExpression,
      ConditionExpression: `GSI1PK = :user AND ${expected.condition}`,
      ExpressionAttributeNames: { ...expected.names, ...update.ExpressionAttributeNames },
      ExpressionAttributeValues: {
        ...expected.values,
        ...update.ExpressionAttributeValues,
        ":user": identity.userId,
      },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    });
    try {
      await callTable(this.#table, "CONNECTION_STORE", (options) =>
        pastTransactions(() => this.#table.documents.send(markedEnded, options), options),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const { ended } = fromTombstone(unmarshall(error.Item ?? {})) ?? {};
      return ended?.code === code && ended.userId === identity.userId && ended.tokenExpiresAt === token.expiresAt;
    }
  }

  #queryOf(slot: EndSlot) {
    return {
      TableName: this.#table.name,
      IndexName: ENDS_INDEX,
      KeyConditionExpression: "endSlot = :slot",
      ExpressionAttributeValues: { ":slot": slotKey(slot) },
    };
  }
}

/** A record has the connection's id as its partition, a subscription's row as its sort key. */
function candidateIn({ pk, sk }: Readonly<Record<string, unknown>>): SlotCandidate | undefined {
  const connection = parseConnectionId(pk);
  if (connection !== undefined) return { id: connection, ends: "connection" };
  const subscriber = parseConnectionId(sk);
  return subscriber && { id: subscriber, ends: "subscription" };
}

function inspected(item: Readonly<Record<string, unknown>>, now: EpochSeconds): InspectedConnection | undefined {
  const connection = fromConnectionItem(item);
  if (connection !== undefined) return { kind: "open", connection };
  const id = parseConnectionId(item["pk"]);
  const { ended, closedAt } = fromTombstone(item) ?? {};
  if (id === undefined || ended === undefined || closedAt === undefined) return undefined;
  return now < addSeconds(closedAt, CLOSED_ID_SECONDS) ? { kind: "ended", id, code: ended.code } : undefined;
}
