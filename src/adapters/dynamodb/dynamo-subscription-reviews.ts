import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { DependencyUnavailableError } from "../../application/errors.ts";
import type {
  EndedByReview,
  ReviewOutcome,
  SubscriptionReviews,
} from "../../application/ports/subscription-reviews.ts";
import { type Connection, type ConnectionId, isExpired } from "../../domain/connection/connection.ts";
import type { Seq } from "../../domain/connection/seq.ts";
import type { AccessDecision, DeniedAccess } from "../../domain/grants/access-decision.ts";
import { type Grants, includes } from "../../domain/grants/grant.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import { firstEndIn, fromConnectionItem, namesFromItem, seqIn, subscribedEntitiesFromItem } from "./connection-item.ts";
import { type CallOptions, callTable, type DynamoTable, WAITING, type Waiting } from "./dynamo-table.ts";
import { grantsOf } from "./grants-item.ts";
import { partitionItems } from "./partition-items.ts";
import { pastTransactions } from "./past-transactions.ts";
import { type Decision, RecordChanges } from "./record-changes.ts";
import { areComplete, type SubscribedEntities, withoutNames } from "./subscribed-entities.ts";
import { readRows } from "./subscription-rows.ts";
import { connectionKey, grantsKey, partNumber, untoldKey } from "./table-keys.ts";
import { MAX_WRITES, partWrites, rowDeletion, rowWrite } from "./transaction-writes.ts";
import { fromUntoldItem, toUntoldItem } from "./untold-item.ts";

type Rules = Parameters<SubscriptionReviews["review"]>[2];

/** A live connection with all that stands under its key. */
type Found = {
  readonly connection: Connection;
  readonly grants: Grants;
  readonly subscribed: SubscribedEntities;
  readonly firstEnd: EpochSeconds;
  readonly seq: Seq | undefined;
  /** Every name with its part. */
  readonly names: ReadonlyMap<EntityId, number>;
  readonly untold: EndedByReview | undefined;
};

/** What one transaction of a review does. */
type Step = Decision<{
  readonly untold: EndedByReview | undefined;
  readonly denied: ReviewOutcome["denied"];
  /** Rows are left for another transaction. */
  readonly isPartial: boolean;
}>;

/** A read may see a part of a transaction, for milliseconds. */
const CHANGING_MILLIS = 20;

/**
 * Ends subscriptions of open connections by the transaction that `unsubscribe` uses, with a note of what the client is to
 * be told in the same transaction. Every review increments the record's revision: a `subscribe` that decided by what was
 * true before fails, and decides again.
 */
export class DynamoSubscriptionReviews implements SubscriptionReviews {
  readonly #table: DynamoTable;
  readonly #waiting: Waiting;
  readonly #maxRows: number;
  readonly #changes: RecordChanges;

  constructor(table: DynamoTable, waiting = WAITING, maxWrites = MAX_WRITES) {
    this.#table = table;
    this.#waiting = waiting;
    // The note about what is untold takes one of a transaction's writes.
    this.#maxRows = maxWrites - 1;
    this.#changes = new RecordChanges(table, waiting);
  }

  review(connectionId: ConnectionId, now: EpochSeconds, rules: Rules): Promise<ReviewOutcome> {
    const work = async (options: CallOptions): Promise<ReviewOutcome> => {
      let denied: ReviewOutcome["denied"] = [];
      for (;;) {
        const found = await this.#read(connectionId, now, options);
        if (found === "absent") return { denied };
        if (found === "changing") {
          await this.#waiting.pause(CHANGING_MILLIS, options.abortSignal);
          continue;
        }
        const { outcome, next, writes = [] } = await this.#step(found, rules, options);
        const { subscribed } = found;
        if (!(await this.#changes.commit({ connectionId }, subscribed, next ?? subscribed, writes, options))) {
          await this.#waiting.pause(CHANGING_MILLIS * Math.random(), options.abortSignal);
          continue;
        }
        denied = [...denied, ...outcome.denied];
        if (outcome.isPartial) continue;
        return { untold: outcome.untold, denied, userId: found.connection.identity.userId };
      }
    };
    return callTable(this.#table, "SUBSCRIPTION_STORE", work, this.#table.changeBudgetMillis);
  }

  async forgetUntold(connectionId: ConnectionId, { revision }: EndedByReview): Promise<void> {
    const forget = new DeleteCommand({
      TableName: this.#table.name,
      Key: untoldKey(connectionId),
      ConditionExpression: "revision = :revision",
      ExpressionAttributeValues: { ":revision": revision },
    });
    try {
      await callTable(this.#table, "SUBSCRIPTION_STORE", (options) =>
        pastTransactions(() => this.#table.documents.send(forget, options), options, this.#waiting),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  async #step(found: Found, { pattern, decide, decision }: Rules, options: CallOptions): Promise<Step> {
    const { connection, subscribed, names, grants, seq } = found;
    const { userId } = connection.identity;
    const concerned = [...names.keys()].filter((entityId) => pattern === undefined || includes(pattern, entityId));
    const decisions = concerned.length === 0 ? [] : await decide({ userId, grants }, concerned);
    // Without the mark no row has an end of its own.
    const rows = await readRows(this.#table, connection.id, subscribed.bounded ? concerned : [], options);
    const denials = new Map<EntityId, DeniedAccess>();
    const moved: { readonly entityId: EntityId; readonly until: EpochSeconds | undefined }[] = [];
    for (const [index, entityId] of concerned.entries()) {
      const decided: AccessDecision | undefined = decisions[index];
      if (decided === undefined) throw new DependencyUnavailableError("ACCESS_POLICY");
      if (decided.kind === "denied") denials.set(entityId, decided);
      else if (rows.get(entityId)?.grantedUntil !== decided.until) moved.push({ entityId, until: decided.until });
    }
    const rewritten = moved.slice(0, this.#maxRows);
    const gone = [...denials.keys()].map((entityId) => [entityId, names.get(entityId) ?? 0] as const);
    const change = withoutNames(subscribed, gone, this.#maxRows - rewritten.length);
    const ended = [...change.parts.keys()];
    const stillUntold = (found.untold?.ended ?? []).filter(({ entityId }) => !names.has(entityId));
    const { revision } = change.subscribed;
    const untold = {
      ended: [...stillUntold, ...ended.map((entityId) => ({ entityId, decision }))],
      ...(seq !== undefined && { seq }),
      revision,
    };
    const hasEnds = rewritten.some(({ until }) => until !== undefined);
    const note = this.#note(found, untold);
    return {
      outcome: {
        untold: ended.length > 0 ? untold : found.untold && { ...found.untold, ended: stillUntold },
        denied: ended.flatMap((entityId) => {
          const denial = denials.get(entityId);
          return denial === undefined ? [] : [{ entityId, denial }];
        }),
        isPartial: ended.length < gone.length || rewritten.length < moved.length,
      },
      next: hasEnds ? { ...change.subscribed, bounded: true } : change.subscribed,
      writes: [
        ...ended.map((entityId) => rowDeletion(this.#table, entityId, connection.id)),
        ...partWrites(this.#table, connection, change.partChanges),
        ...rewritten.map(({ entityId, until }) => this.#rowEndingAt(found, entityId, until)),
        ...(ended.length > 0 ? [note] : []),
      ],
    };
  }

  /** Fails if there is another note than was found: the read may have seen the record of the last change before its note. */
  #note({ connection, untold: known }: Found, untold: EndedByReview) {
    const Put = { TableName: this.#table.name, Item: toUntoldItem(connection, untold) };
    if (known === undefined) return { Put: { ...Put, ConditionExpression: "attribute_not_exists(revision)" } };
    const ExpressionAttributeValues = { ":revision": known.revision };
    return { Put: { ...Put, ConditionExpression: "revision = :revision", ExpressionAttributeValues } };
  }

  #rowEndingAt({ connection, firstEnd, names }: Found, entityId: EntityId, grantedUntil: EpochSeconds | undefined) {
    const { id: connectionId, identity, connectedAt } = connection;
    const lifetime = { connectedAt, expiresAt: firstEnd, grantedUntil };
    const subscription = { entityId, connectionId, userId: identity.userId, ...lifetime };
    return rowWrite(this.#table, subscription, names.get(entityId) ?? 0);
  }

  /** `absent` for a connection that is not live. `changing` if the read has seen a part of a transaction. */
  async #read(id: ConnectionId, now: EpochSeconds, options: CallOptions): Promise<Found | "absent" | "changing"> {
    const items = await partitionItems(this.#table, ":connection", id, (request) => request(options));
    const find = (key: { readonly sk: string }) => items.find(({ sk }) => sk === key.sk);
    const record = find(connectionKey(id));
    const connection = fromConnectionItem(record);
    const subscribed = subscribedEntitiesFromItem(record);
    if (connection === undefined || subscribed === undefined || isExpired(connection, now)) return "absent";
    const grants = grantsOf(connection.token, find(grantsKey(id)));
    const parts = new Map(
      items.flatMap((item) => {
        const part = partNumber(item["sk"]);
        return part === undefined ? [] : [[part, namesFromItem(item)] as const];
      }),
    );
    const inParts = [...parts].flatMap(([part, list]) => list.map((name) => [name, part] as const));
    const names = new Map([...[...subscribed.names].map((name) => [name, subscribed.part] as const), ...inParts]);
    const isWhole = names.size === subscribed.count && areComplete(subscribed, parts);
    if (grants === undefined || !isWhole) return "changing";
    const untold = fromUntoldItem(find(untoldKey(id)));
    const firstEnd = firstEndIn(record, connection);
    return { connection, grants, subscribed, firstEnd, seq: seqIn(record), names, untold };
  }
}
