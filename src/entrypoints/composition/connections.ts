import { makeDocumentClient } from "../../adapters/dynamodb/document-client.ts";
import { DynamoConnectionStore } from "../../adapters/dynamodb/dynamo-connection-store.ts";
import { CALL_BUDGET_MILLIS } from "../../adapters/dynamodb/dynamo-table.ts";
import { MemoryConnectionStore } from "../../adapters/in-memory/memory-connection-store.ts";
import { makeCloseConnection } from "../../application/close-connection.ts";
import { makeOpenConnection } from "../../application/open-connection.ts";
import type { ConnectionStore } from "../../application/ports/connection-store.ts";
import type { Part } from "./container.ts";
import { names } from "./names.ts";
import type { Settings } from "./settings.ts";

/** Which connections are open. */
export const connections: Part = (settings) => {
  const makeStore = connectionStore(settings);
  return (provide) => {
    provide(names.connectionStore, {}, makeStore);
    provide(names.openConnection, { connections: names.connectionStore }, makeOpenConnection);
    provide(names.closeConnection, { connections: names.connectionStore, clock: names.clock }, makeCloseConnection);
  };
};

function connectionStore(settings: Settings): () => ConnectionStore {
  if (settings.oneOf("STORE", ["dynamodb", "memory"]) === "memory") return () => new MemoryConnectionStore();
  const names = { name: settings.text("TABLE_NAME"), index: settings.text("GSI1_NAME") };
  return () =>
    new DynamoConnectionStore({ ...names, documents: makeDocumentClient(), budgetMillis: CALL_BUDGET_MILLIS });
}
