import { beforeAll, describe, inject } from "vitest";
import { DynamoAdministeredAccess } from "../../../src/adapters/dynamodb/dynamo-administered-access.ts";
import type { DynamoTable } from "../../../src/adapters/dynamodb/dynamo-table.ts";
import { describeAdministeredAccess } from "../../contracts/administered-access.contract.ts";
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
});
