import { beforeAll, describe, inject } from "vitest";
import { DynamoSubscriptionReviews } from "../../../src/adapters/dynamodb/dynamo-subscription-reviews.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { describeSubscriptionReviews } from "../../contracts/subscription-reviews.contract.ts";
import { createTable } from "../../support/create-table.ts";
import { dynamoLifeStores } from "../../support/dynamo-life-stores.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { faultyServer } from "../../support/faulty-server.ts";

describe.skipIf(!inject("containerEngine"))("DynamoSubscriptionReviews", () => {
  let table: DynamoTable;
  beforeAll(async () => {
    table = await createTable();
  });

  describeSubscriptionReviews({
    makeStores: () => dynamoLifeStores(table),
    elsewhere: () => dynamoLifeStores(table),
    whenDown: async (outage) =>
      new DynamoSubscriptionReviews(tableAt(`http://127.0.0.1:${await faultyServer(outage)}`)),
  });
});
