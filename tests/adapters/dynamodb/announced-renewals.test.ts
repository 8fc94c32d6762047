import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { type Grant, parseGrant } from "../../../src/domain/grants/grant.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { type Command, FakeTable } from "../../model/table/fake-table.ts";
import { NOW } from "../../support/a-connection.ts";
import { NEW_END, openedUntil, renewalOf } from "../../support/life-stores.ts";

const GRANTS = [parseGrant("subscribe:a") as Grant];
const NOTHING = async () => undefined;

it("announces other grants also if they are others only since another renewal came between", async () => {
  const fake = new FakeTable();
  const tableOf = (send: (command: Command) => Promise<unknown>): DynamoTable => {
    const documents = { send } as never;
    return { documents, name: "table", index: "GSI1", budgetMillis: 900, changeBudgetMillis: 900 };
  };
  const direct = tableOf(async (command) => fake.perform(command));
  const connections = new DynamoConnectionStore(direct);
  const connection = await openedUntil({ connections, subscriptions: new DynamoSubscriptionStore(direct) });
  let hasCome = false;
  const overlapped = tableOf(async (command) => {
    if (command instanceof UpdateCommand && !hasCome) {
      hasCome = true;
      await new DynamoConnectionRenewals(direct).renew(renewalOf(connection, {}, GRANTS), NOW, NOTHING);
    }
    return fake.perform(command);
  });
  let announced = 0;

  const outcome = await new DynamoConnectionRenewals(overlapped).renew(
    renewalOf(connection, { expiresAt: addSeconds(NEW_END, 60) }),
    NOW,
    async () => {
      announced += 1;
    },
  );

  expect([outcome.kind, announced]).toEqual(["renewed", 1]);
});
