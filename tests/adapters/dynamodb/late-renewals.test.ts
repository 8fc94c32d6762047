import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import { DynamoConnectionRenewals } from "../../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../src/adapters/dynamodb/dynamo-connection-store.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { connectionKey } from "../../../src/adapters/dynamodb/table-keys.ts";
import { addSeconds } from "../../../src/domain/time.ts";
import { type Command, FakeTable } from "../../model/table/fake-table.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { NEW_END, OLD_END, renewalOf } from "../../support/life-stores.ts";

const BUDGETS = { budgetMillis: 900, changeBudgetMillis: 900 };

const nothing = async () => {};

/** A renewed connection, and the update that renewed it, as the SDK may send it again. */
async function renewedOnce() {
  const fake = new FakeTable();
  const sent: Command[] = [];
  const send = async (command: Command) => {
    sent.push(command);
    return fake.perform(command);
  };
  const table: DynamoTable = { documents: { send } as never, name: "table", index: "GSI1", ...BUDGETS };
  const [connections, renewals] = [new DynamoConnectionStore(table), new DynamoConnectionRenewals(table)];
  const connection = aConnection({ expiresAt: OLD_END });
  await connections.open(connection, []);
  const renewal = renewalOf(connection);
  await renewals.renew(renewal, NOW, nothing);
  const update = sent.find((command) => command instanceof UpdateCommand) as UpdateCommand;
  const sendAgain = () => expect(() => fake.perform(update)).toThrow();
  const end = () => fake.find(connectionKey(connection.id))?.["expiresAt"];
  return { connections, renewals, connection, renewal, sendAgain, end };
}

it("fault:M7 a repeated request of a renewal that was taken back changes nothing, however late", async () => {
  const { renewals, connection, renewal, sendAgain, end } = await renewedOnce();
  await renewals.takeBack(renewal, { token: connection.token, grants: [] });

  sendAgain();

  expect(end()).toBe(OLD_END);
});

it("fault:M7 a repeated request of a renewal changes nothing after a newer one", async () => {
  const { renewals, connection, sendAgain, end } = await renewedOnce();
  const later = addSeconds(NEW_END, 60);
  await renewals.renew(renewalOf(connection, { expiresAt: later }), NOW, nothing);

  sendAgain();

  expect(end()).toBe(later);
});

it("fault:M7 a repeated request of a renewal revives nothing that was closed", async () => {
  const { connections, connection, sendAgain, end } = await renewedOnce();
  await connections.close(connection.id, NOW);

  sendAgain();

  expect(end()).toBeUndefined();
});
