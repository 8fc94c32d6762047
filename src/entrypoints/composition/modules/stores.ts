import { makeDocumentClient } from "../../../adapters/dynamodb/document-client.ts";
import { DynamoConnectionStore } from "../../../adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoSubscriptionStore } from "../../../adapters/dynamodb/dynamo-subscription-store.ts";
import { type DynamoTable, TABLE_BUDGETS } from "../../../adapters/dynamodb/dynamo-table.ts";
import { MemoryConnectionStore } from "../../../adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../../adapters/in-memory/memory-subscription-store.ts";
import type { ConnectionStore } from "../../../application/ports/connection-store.ts";
import type { SubscriptionStore } from "../../../application/ports/subscription-store.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";
import type { Settings } from "../settings.ts";

type Stores = { readonly connections: ConnectionStore; readonly subscriptions: SubscriptionStore };

const bothStores = serviceId<Stores>("Stores");

/** Connections and subscriptions: one table, or one memory, for both. */
export const stores = defineModule({
  settings: chooseStores,
  services: (provide, makeStores) => {
    provide(bothStores, {}, makeStores);
    provide(services.connectionStore, { stores: bothStores }, ({ stores }) => stores.connections);
    provide(services.subscriptionStore, { stores: bothStores }, ({ stores }) => stores.subscriptions);
  },
});

function chooseStores(settings: Settings): () => Stores {
  if (settings.oneOf("STORE", ["dynamodb", "memory"]) === "memory") return makeMemoryStores;
  const names = { name: settings.text("TABLE_NAME"), index: settings.text("GSI1_NAME") };
  return () => makeDynamoStores(names);
}

function makeMemoryStores(): Stores {
  const connections = new MemoryConnectionStore();
  return { connections, subscriptions: new MemorySubscriptionStore(connections) };
}

function makeDynamoStores(names: Pick<DynamoTable, "name" | "index">): Stores {
  const table = { ...names, documents: makeDocumentClient(), ...TABLE_BUDGETS };
  return { connections: new DynamoConnectionStore(table), subscriptions: new DynamoSubscriptionStore(table) };
}
