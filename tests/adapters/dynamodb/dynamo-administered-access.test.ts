import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { DynamoAdministeredAccess } from "../../../src/adapters/dynamodb/dynamo-administered-access.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { accessPartition } from "../../../src/adapters/dynamodb/table-keys.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import { describeAdministeredAccess } from "../../contracts/administered-access.contract.ts";
import { aUserId, NOW } from "../../support/a-connection.ts";
import { createTable } from "../../support/create-table.ts";
import { tableAt } from "../../support/dynamodb-table.ts";
import { faultyServer } from "../../support/faulty-server.ts";

describe.skipIf(!inject("containerEngine"))("DynamoAdministeredAccess", () => {
  let table: DynamoTable;
  beforeAll(async () => {
    table = await createTable();
  });

  describeAdministeredAccess({
    makeAccess: () => new DynamoAdministeredAccess(table),
    elsewhere: () => new DynamoAdministeredAccess(table),
    whenDown: async (outage) => new DynamoAdministeredAccess(tableAt(`http://127.0.0.1:${await faultyServer(outage)}`)),
  });

  // Each of them would let in more if it were left out.
  it.each([
    ["grant without a readable time", { grantedAt: "yesterday", withdrawnAt: NOW }],
    ["grant whose end is unreadable", { grantedAt: NOW, grantedUntil: String(NOW + 60) }],
    ["withdrawal without a readable time", { grantedAt: NOW, withdrawnAt: -1 }],
    ["item without a version", { grantedAt: NOW, version: "1" }],
  ])("fault:L8 answers that the list is unavailable for a %s", async (_what, members) => {
    const userId = aUserId();
    const key = { pk: accessPartition(userId), sk: "subscribe:order-*" };
    await table.documents.send(new PutCommand({ TableName: table.name, Item: { ...key, version: 1, ...members } }));

    await expect(new DynamoAdministeredAccess(table).entriesOf(userId)).rejects.toThrow(DependencyUnavailableError);
  });
});
