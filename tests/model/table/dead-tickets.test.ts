import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { queueKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { aSubscription } from "../../support/a-subscription.ts";
import { subscribeOne, unsubscribeOne } from "../../support/one-subscription.ts";
import { type Command, FakeTable } from "./fake-table.ts";

describe("tickets whose holders died", () => {
  it.each([1, 8, 1000])("%i of them hold a request up for less than three and a half seconds", async (dead) => {
    const fake = new FakeTable();
    const documents = { send: async (command: Command) => fake.perform(command) } as never;
    const table: DynamoTable = { documents, name: "table", index: "GSI1", budgetMillis: 900, changeBudgetMillis: 900 };
    let waited = 0;
    const pause = async (millis: number) => {
      waited += millis;
      if (waited > 10_000) throw new Error("waits for ever");
    };
    const connection = aConnection();
    await new DynamoConnectionStore(table).open(connection, []);
    fake.perform(
      new UpdateCommand({
        TableName: "table",
        Key: queueKey(connection.id),
        UpdateExpression: "ADD tail :dead",
        ExpressionAttributeValues: { ":dead": dead },
      }),
    );
    const subscriptions = new DynamoSubscriptionStore(table, { pause, now: () => waited });

    const outcome = await subscribeOne(subscriptions, aSubscription(connection, "order-17" as EntityId), NOW, {
      limit: 1,
    });

    expect(outcome).toBe("subscribed");
    expect(waited).toBeLessThan(3500);
    // All of them are skipped now: the next request does not wait.
    waited = 0;
    await unsubscribeOne(subscriptions, aSubscription(connection, "order-17" as EntityId), NOW);
    expect(waited).toBe(0);
  });
});
