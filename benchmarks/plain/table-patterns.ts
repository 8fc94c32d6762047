import {
  BatchWriteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/lib-dynamodb";
import type { Connection } from "../../src/domain/connection/connection.ts";

/**
 * The plain way to keep connections and subscriptions in one table: everything of a connection under its key, an index
 * with every attribute that leads from an entity to its subscribers, and at the end a query and transactional deletes.
 */
export class PlainTablePatterns {
  readonly #table: string;
  readonly #documents: DynamoDBDocumentClient;
  readonly #transactions: DynamoDBDocumentClient;

  /** Calls through `transactions` count twice: DynamoDB Local does not count transactions as AWS does. */
  constructor(table: string, documents: DynamoDBDocumentClient, transactions: DynamoDBDocumentClient) {
    this.#table = table;
    this.#documents = documents;
    this.#transactions = transactions;
  }

  async connect({ id, identity, expiresAt, ...rest }: Connection): Promise<void> {
    const { userId, ...names } = identity;
    await this.#put({ pk: id, sk: "connection", GSI1PK: userId, GSI1SK: "user#", ...names, ...rest, ttl: expiresAt });
  }

  async subscribe({ id, expiresAt }: Connection, entityId: string): Promise<void> {
    await this.#put({ pk: id, sk: `subscription#${entityId}`, GSI1PK: entityId, GSI1SK: id, ttl: expiresAt });
  }

  async unsubscribe({ id }: Connection, entityId: string): Promise<void> {
    await this.#delete(this.#documents, [{ pk: id, sk: `subscription#${entityId}` }]);
  }

  async readSubscribers(entityId: string): Promise<void> {
    await this.#query({
      IndexName: "GSI1",
      KeyConditionExpression: "GSI1PK = :entity",
      ExpressionAttributeValues: { ":entity": entityId },
    });
  }

  async disconnect({ id }: Connection): Promise<void> {
    const keys = await this.#query({ KeyConditionExpression: "pk = :id", ExpressionAttributeValues: { ":id": id } });
    await this.#delete(this.#transactions, keys);
  }

  async #put(Item: Record<string, unknown>): Promise<void> {
    await this.#documents.send(new PutCommand({ TableName: this.#table, Item }));
  }

  async #delete(documents: DynamoDBDocumentClient, keys: readonly Record<string, unknown>[]): Promise<void> {
    for (let start = 0; start < keys.length; start += 25) {
      const deletions = keys.slice(start, start + 25).map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
      await documents.send(new BatchWriteCommand({ RequestItems: { [this.#table]: deletions } }));
    }
  }

  /** One page of 1 MB: more than any audience here. */
  async #query(input: Omit<QueryCommandInput, "TableName">): Promise<readonly Record<string, unknown>[]> {
    const page = await this.#documents.send(new QueryCommand({ TableName: this.#table, ...input }));
    return page.Items ?? [];
  }
}
