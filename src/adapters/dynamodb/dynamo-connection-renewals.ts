import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { ConnectionRenewals, Renewal, RenewOutcome } from "../../application/ports/connection-renewals.ts";
import { type ConnectionId, connectionExpiry } from "../../domain/connection/connection.ts";
import type { EpochMillis, EpochSeconds } from "../../domain/time.ts";
import { isSameToken, type TokenFacts } from "../../domain/token/token-facts.ts";
import { collectedFrom } from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable } from "./dynamo-table.ts";
import { ownConnection } from "./own-connection.ts";
import { pastTransactions } from "./past-transactions.ts";
import { connectionKey } from "./table-keys.ts";
import { hasToken, toTokenAttributes } from "./token-attributes.ts";

/** Every fact that a record may lack. */
const OPTIONAL: readonly string[] = ["issuedAt", "tokenId"];

/** A replacement of the facts of a token. `seen` are the facts that it replaces. */
type Replacement = {
  readonly id: ConnectionId;
  readonly connectedAt: EpochMillis;
  readonly seen: TokenFacts;
  readonly token: TokenFacts;
  /** A condition on the number of replacements, and its value. */
  readonly count?: { readonly condition: string; readonly values: Readonly<Record<string, unknown>> } | undefined;
};

/**
 * One update of the record moves an end. Rows keep their copies of the first end (`firstEndIn`), and changes of
 * subscriptions touch other attributes: neither waits for the other.
 */
export class DynamoConnectionRenewals implements ConnectionRenewals {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  renew({ connectionId, userId, token }: Renewal, now: EpochSeconds): Promise<RenewOutcome> {
    return callTable(this.#table, "CONNECTION_STORE", async (options): Promise<RenewOutcome> => {
      let previous: TokenFacts | undefined;
      for (;;) {
        const item = await this.#read(connectionId, options);
        const connection = ownConnection(item, userId, now);
        if (typeof connection === "string") return { kind: connection };
        // The SDK repeats an update whose response was lost. The repeated one then meets the effect of the first.
        if (previous !== undefined && isSameToken(connection.token, token)) return { kind: "renewed", previous };
        if (token.expiresAt <= connection.token.expiresAt) return { kind: "ends-no-later" };
        previous = connection.token;
        const replacement = { ...connection, seen: previous, token, count: sameCountAs(item) };
        if (await this.#replace(replacement, options)) return { kind: "renewed", previous };
      }
    });
  }

  async takeBack({ connectionId, connectedAt, token }: Renewal, previous: TokenFacts): Promise<void> {
    const replacement = { id: connectionId, connectedAt, seen: token, token: previous };
    await callTable(this.#table, "CONNECTION_STORE", (options) => this.#replace(replacement, options));
  }

  async #read(id: ConnectionId, options: CallOptions): Promise<Readonly<Record<string, unknown>> | undefined> {
    const get = new GetCommand({ TableName: this.#table.name, Key: connectionKey(id), ConsistentRead: true });
    return (await this.#table.documents.send(get, options)).Item;
  }

  /**
   * False if the record has other facts than those seen. A record with the same facts has the same end and user, and is
   * open: a tombstone has none of them.
   */
  async #replace({ id, connectedAt, seen, token, count }: Replacement, options: CallOptions): Promise<boolean> {
    const expected = hasToken(seen);
    // A record of an older schema would be collected at its old end.
    const ttl = collectedFrom(connectedAt);
    const attributes = { ...toTokenAttributes(token, connectionExpiry(connectedAt, token.expiresAt)), ttl };
    const names = Object.keys(attributes);
    const missing = OPTIONAL.filter((name) => !names.includes(name));
    const update = new UpdateCommand({
      TableName: this.#table.name,
      Key: connectionKey(id),
      UpdateExpression: [
        `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
        ...(missing.length > 0 ? [`REMOVE ${missing.map((name) => `#${name}`).join(", ")}`] : []),
        "ADD renewals :one",
      ].join(" "),
      ConditionExpression: count === undefined ? expected.condition : `${expected.condition} AND ${count.condition}`,
      ExpressionAttributeNames: {
        ...expected.names,
        ...Object.fromEntries([...names, ...missing].map((name) => [`#${name}`, name])),
      },
      ExpressionAttributeValues: {
        ...expected.values,
        ...count?.values,
        ":one": 1,
        ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
      },
    });
    try {
      await pastTransactions(() => this.#table.documents.send(update, options), options);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}

/**
 * A renewal that comes twice, the second time after it was taken back, meets the facts that it replaced. The number of
 * replacements tells the two moments apart.
 */
function sameCountAs(item: Readonly<Record<string, unknown>> | undefined): Replacement["count"] {
  const renewals = item?.["renewals"];
  return renewals === undefined
    ? { condition: "attribute_not_exists(renewals)", values: {} }
    : { condition: "renewals = :renewals", values: { ":renewals": renewals } };
}
