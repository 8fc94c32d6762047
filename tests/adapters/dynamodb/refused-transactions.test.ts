import { TransactionCanceledException, TransactionConflictException } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import type { Connection } from "../../../src/domain/connection/connection.ts";
import { NOW } from "../../support/a-connection.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { openedWith } from "../../support/granted-world.ts";
import { interceptedTable } from "../../support/intercepted-table.ts";
import type { LifeStores } from "../../support/life-stores.ts";
import { NEW_END, OLD_END, renewalOf } from "../../support/life-stores.ts";
import { DENIED, entities, grantsOf, heardBy, subscribeToAll } from "../../support/many-subscriptions.ts";

const [OLD, NEW] = [grantsOf("subscribe:old-*"), grantsOf("subscribe:new-*")];

describe.skipIf(!inject("containerEngine"))("a transaction that DynamoDB refuses", () => {
  let table: DynamoTable;
  beforeAll(async () => {
    table = await createTable();
  });

  /** Stores whose first transactions, or deletions, are refused. */
  function refusing(error: () => Error, times: number, budgets: Partial<DynamoTable> = {}) {
    let tries = 0;
    const refused = interceptedTable({ ...table, ...budgets }, (command, pass) => {
      if (!(command instanceof TransactWriteCommand || command instanceof DeleteCommand)) return pass();
      tries += 1;
      return tries <= times ? Promise.reject(error()) : pass();
    });
    return { stores: dynamoLifeStores(refused), tries: () => tries };
  }

  const opened = () => openedWith(dynamoLifeStores(table), OLD, { expiresAt: OLD_END });
  const renew = (stores: LifeStores, connection: Connection) =>
    stores.renewals.renew(renewalOf(connection, {}, NEW), NOW, async () => {});
  const review = (stores: LifeStores, { id }: Connection) =>
    stores.reviews.review(id, NOW, { decide: async (_, ids) => ids.map(() => DENIED), decision: "d1" });

  it.each([
    [["TransactionConflict", "None"]],
    [["None", "TransactionConflict"]],
    [["None", "ThrottlingError"]],
    [["ProvisionedThroughputExceeded", "None"]],
    [["ConditionalCheckFailed", "None"]],
  ])("fault:L3 once by %j is tried again, in a renewal and in a review", async (reasons) => {
    const connection = await opened();
    const list = entities(2);
    await subscribeToAll(dynamoLifeStores(table).subscriptions, connection, list);
    const [renewing, reviewing] = [refusing(() => cancelled(reasons), 1), refusing(() => cancelled(reasons), 1)];

    expect(await renew(renewing.stores, connection)).toMatchObject({ kind: "renewed", previous: { grants: OLD } });
    expect((await review(reviewing.stores, connection)).denied).toHaveLength(2);

    expect([renewing.tries(), reviewing.tries()]).toEqual([2, 2]);
    expect(await heardBy(dynamoLifeStores(table).subscriptions, connection, list)).toEqual([]);
  });

  it.each([
    [["None", "ThrottlingError"]],
    [["ValidationError", "None"]],
    [["None", "ItemCollectionSizeLimitExceeded"]],
  ])("fault:L3 always by %j is an outage, and nothing has changed", async (reasons) => {
    const connection = await opened();
    const list = entities(2);
    const right = dynamoLifeStores(table);
    await subscribeToAll(right.subscriptions, connection, list);
    const { stores } = refusing(() => cancelled(reasons), Number.POSITIVE_INFINITY, {
      budgetMillis: 400,
      changeBudgetMillis: 400,
    });

    await expect(renew(stores, connection)).rejects.toMatchObject({ dependency: "CONNECTION_STORE" });
    await expect(review(stores, connection)).rejects.toMatchObject({ dependency: "SUBSCRIPTION_STORE" });

    expect(await heardBy(right.subscriptions, connection, list)).toEqual(list);
    expect(await right.endings.inspect([connection.id], NOW)).toEqual([{ kind: "open", connection }]);
  });

  it("fault:L3 is no end of a note: it is forgotten when the transaction on it is over", async () => {
    const connection = await opened();
    const right = dynamoLifeStores(table);
    await subscribeToAll(right.subscriptions, connection, entities(1));
    const { untold } = await review(right, connection);
    const conflict = () => new TransactionConflictException({ message: "", $metadata: {} });
    const { stores, tries } = refusing(conflict, 2);

    if (untold !== undefined) await stores.reviews.forgetUntold(connection.id, untold);

    expect(tries()).toBe(3);
    expect((await review(right, connection)).untold).toBeUndefined();
  });

  it("attack:H4 is prepared again if other grants came before it was written", async () => {
    const connection = await opened();
    const right = dynamoLifeStores(table);
    let isFirst = true;
    const between = interceptedTable(table, async (command, pass) => {
      if ("UpdateExpression" in command.input && isFirst) {
        isFirst = false;
        await renew(right, connection);
      }
      return pass();
    });
    let times = 0;

    const later = renewalOf(connection, { expiresAt: (NEW_END + 60) as typeof NEW_END }, OLD);
    const outcome = await dynamoLifeStores(between).renewals.renew(later, NOW, async () => {
      times += 1;
    });

    expect(outcome).toMatchObject({ kind: "renewed", previous: { grants: NEW } });
    expect(times).toBe(1);
  });
});

function cancelled(reasons: readonly string[]): Error {
  const CancellationReasons = reasons.map((Code) => ({ Code }));
  return new TransactionCanceledException({ message: "", $metadata: {}, CancellationReasons });
}
