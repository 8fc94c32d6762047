import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { GetCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type {
  ConnectionRenewals,
  PreviousToken,
  Renewal,
  RenewOutcome,
} from "../../application/ports/connection-renewals.ts";
import { type ConnectionId, connectionExpiry } from "../../domain/connection/connection.ts";
import { isStale, type Seq } from "../../domain/connection/seq.ts";
import type { Grants } from "../../domain/grants/grant.ts";
import type { EpochMillis, EpochSeconds } from "../../domain/time.ts";
import { isSameToken, type TokenFacts } from "../../domain/token/token-facts.ts";
import { collectedFrom, seqIn } from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable, WAITING, type Waiting } from "./dynamo-table.ts";
import { grantsOf, toGrantsItem } from "./grants-item.ts";
import { ownConnection } from "./own-connection.ts";
import { pastTransactions } from "./past-transactions.ts";
import { connectionKey, grantsKey, type ItemKey } from "./table-keys.ts";
import { hasToken, toTokenAttributes } from "./token-attributes.ts";
import { hasConflicted, isConditionOf } from "./transaction-faults.ts";

/** Every fact that a record may lack. */
const OPTIONAL: readonly string[] = ["issuedAt", "tokenId", "grants"];

/** A replacement of the facts of a token. `seen` are the facts that it replaces. */
type Replacement = {
  readonly id: ConnectionId;
  readonly connectedAt: EpochMillis;
  readonly seen: TokenFacts;
  readonly token: TokenFacts;
  readonly grants: Grants;
  readonly seq?: Seq | undefined;
  /** A condition on the number of replacements, and its value. */
  readonly count?: { readonly condition: string; readonly values: Readonly<Record<string, unknown>> } | undefined;
};

/** A read may see a renewal's write to the record before that to the grants, for milliseconds. */
const REPLACING_MILLIS = 20;

/**
 * One update of the record moves an end. Rows keep their copies of the first end (`firstEndIn`), and changes of
 * subscriptions touch other attributes: neither waits for the other. Other grants are written in one transaction with the
 * record, whose revision it increments: a `subscribe` that decided by the old ones fails, and decides again.
 */
export class DynamoConnectionRenewals implements ConnectionRenewals {
  readonly #table: DynamoTable;
  readonly #waiting: Pick<Waiting, "pause">;

  constructor(table: DynamoTable, waiting: Pick<Waiting, "pause"> = WAITING) {
    this.#table = table;
    this.#waiting = waiting;
  }

  renew(
    { connectionId, userId, token, grants, seq }: Renewal,
    now: EpochSeconds,
    beforeOtherGrants: () => Promise<void>,
  ): Promise<RenewOutcome> {
    return callTable(this.#table, "CONNECTION_STORE", async (options): Promise<RenewOutcome> => {
      let previous: PreviousToken | undefined;
      let isPrepared = false;
      for (;;) {
        const item = await this.#read(connectionKey(connectionId), options);
        const connection = ownConnection(item, userId, now);
        if (typeof connection === "string") return { kind: connection };
        // The SDK repeats an update whose response was lost. The repeated one then meets the effect of the first.
        if (previous !== undefined && isSameToken(connection.token, token)) return { kind: "renewed", previous };
        if (isStale(seq, seqIn(item))) return { kind: "stale" };
        if (token.expiresAt <= connection.token.expiresAt) return { kind: "ends-no-later" };
        const seen = connection.token;
        const before = await this.#grantsBefore(connection.id, seen, token, options);
        if (before === undefined) continue;
        if (seen.grants !== token.grants && !isPrepared) {
          await beforeOtherGrants();
          isPrepared = true;
        }
        previous = { token: seen, grants: before };
        const replacement = { ...connection, seen, token, grants, seq, count: sameCountAs(item) };
        if (await this.#replace(replacement, options)) return { kind: "renewed", previous };
      }
    });
  }

  async takeBack({ connectionId, connectedAt, token }: Renewal, previous: PreviousToken): Promise<void> {
    const replacement = { id: connectionId, connectedAt, seen: token, ...previous };
    await callTable(this.#table, "CONNECTION_STORE", (options) => this.#replace(replacement, options));
  }

  async #read(Key: ItemKey, options: CallOptions): Promise<Readonly<Record<string, unknown>> | undefined> {
    const get = new GetCommand({ TableName: this.#table.name, Key, ConsistentRead: true });
    return (await this.#table.documents.send(get, options)).Item;
  }

  /** The grants that a renewal replaces, for the case that it is taken back; undefined if they are just being replaced. */
  async #grantsBefore(id: ConnectionId, seen: TokenFacts, token: TokenFacts, options: CallOptions) {
    if (seen.grants === undefined || seen.grants === token.grants) return [];
    const grants = grantsOf(seen, await this.#read(grantsKey(id), options));
    if (grants === undefined) await this.#waiting.pause(REPLACING_MILLIS, options.abortSignal);
    return grants;
  }

  /**
   * False if the record has other facts than those seen. A record with the same facts has the same end and user, and is
   * open: a tombstone has none of them.
   */
  async #replace(replacement: Replacement, options: CallOptions): Promise<boolean> {
    const { id, connectedAt, seen, token, grants, seq, count } = replacement;
    const hasOtherGrants = seen.grants !== token.grants;
    const expected = hasToken(seen);
    // A record of an older schema would be collected at its old end.
    const ttl = collectedFrom(connectedAt);
    const attributes = {
      ...toTokenAttributes(token, connectionExpiry(connectedAt, token.expiresAt)),
      ...{ ttl, ...(seq !== undefined && { seq }) },
    };
    const names = Object.keys(attributes);
    const missing = OPTIONAL.filter((name) => !names.includes(name));
    const conditions = [
      expected.condition,
      ...(count === undefined ? [] : [count.condition]),
      ...(seq === undefined ? [] : ["(attribute_not_exists(#seq) OR #seq < :seq)"]),
    ];
    const update = {
      TableName: this.#table.name,
      Key: connectionKey(id),
      UpdateExpression: [
        `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
        ...(missing.length > 0 ? [`REMOVE ${missing.map((name) => `#${name}`).join(", ")}`] : []),
        hasOtherGrants ? "ADD renewals :one, revision :one" : "ADD renewals :one",
      ].join(" "),
      ConditionExpression: conditions.join(" AND "),
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
    };
    try {
      if (hasOtherGrants) await this.#replaceWithGrants(id, connectedAt, grants, update, options);
      else await pastTransactions(() => this.#table.documents.send(new UpdateCommand(update), options), options);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException || isConditionOf(error)) return false;
      throw error;
    }
  }

  async #replaceWithGrants(
    id: ConnectionId,
    connectedAt: EpochMillis,
    grants: Grants,
    update: ConstructorParameters<typeof UpdateCommand>[0] & { readonly UpdateExpression: string },
    options: CallOptions,
  ): Promise<void> {
    const TableName = this.#table.name;
    const beside =
      grants.length > 0
        ? { Put: { TableName, Item: toGrantsItem(id, connectedAt, grants) } }
        : { Delete: { TableName, Key: grantsKey(id) } };
    for (;;) {
      try {
        await this.#table.documents.send(
          new TransactWriteCommand({ TransactItems: [{ Update: update }, beside] }),
          options,
        );
        return;
      } catch (error) {
        const isConflict = hasConflicted(error) || error instanceof TransactionCanceledException;
        if (!isConflict || isConditionOf(error)) throw error;
        await this.#waiting.pause(REPLACING_MILLIS * (0.5 + Math.random()), options.abortSignal);
      }
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
