import { TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionReviews } from "../../../src/adapters/dynamodb/dynamo-subscription-reviews.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import type { EntityPattern } from "../../../src/domain/grants/grant.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import { type Command, FakeTable } from "../../model/table/fake-table.ts";
import { NOW } from "../../support/a-connection.ts";
import { openedUntil } from "../../support/life-stores.ts";
import { subscribeOne } from "../../support/one-subscription.ts";

function tableOf(send: (command: Command) => unknown): DynamoTable {
  const documents = { send: async (command: Command) => send(command) } as never;
  return { documents, name: "table", index: "GSI1", budgetMillis: 900, changeBudgetMillis: 900 };
}

function reviewOf(pattern: string) {
  const decide = async (_requester: unknown, entityIds: readonly EntityId[]) =>
    entityIds.map(() => ({ kind: "denied", rule: "TEST" }) as const);
  return { pattern: pattern as EntityPattern, decide, decision: "decision" };
}

it("notes also what an earlier review ended whose note appears only later", async () => {
  const fake = new FakeTable();
  const table = tableOf((command) => fake.perform(command));
  const subscriptions = new DynamoSubscriptionStore(table);
  const connection = await openedUntil({ connections: new DynamoConnectionStore(table), subscriptions });
  const { id: connectionId, identity } = connection;
  for (const name of ["a", "b"]) {
    await subscribeOne(subscriptions, { connectionId, userId: identity.userId, entityId: name as EntityId }, NOW);
  }
  let finish: (() => void) | undefined;
  const interrupted = tableOf((command) => {
    if (!(command instanceof TransactWriteCommand)) return fake.perform(command);
    finish = fake.begin(command);
    throw new Error("no answer");
  });
  await expect(new DynamoSubscriptionReviews(interrupted).review(connectionId, NOW, reviewOf("a"))).rejects.toThrow();
  const meanwhile = tableOf((command) => {
    if (command instanceof TransactWriteCommand) finish?.();
    return fake.perform(command);
  });

  const { untold } = await new DynamoSubscriptionReviews(meanwhile).review(connectionId, NOW, reviewOf("b"));

  expect(untold?.ended.map(({ entityId }) => entityId)).toEqual(["a", "b"]);
});
