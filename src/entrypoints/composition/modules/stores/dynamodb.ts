import { makeDocumentClient } from "../../../../adapters/dynamodb/document-client.ts";
import { DynamoAdministeredAccess } from "../../../../adapters/dynamodb/dynamo-administered-access.ts";
import { DynamoConnectionRenewals } from "../../../../adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../../../adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoEndingConnections } from "../../../../adapters/dynamodb/dynamo-ending-connections.ts";
import { DynamoRevocationList } from "../../../../adapters/dynamodb/dynamo-revocation-list.ts";
import { DynamoSubscriptionReviews } from "../../../../adapters/dynamodb/dynamo-subscription-reviews.ts";
import { DynamoSubscriptionStore } from "../../../../adapters/dynamodb/dynamo-subscription-store.ts";
import { type DynamoTable, TABLE_BUDGETS } from "../../../../adapters/dynamodb/dynamo-table.ts";
import { rehearsedTable } from "../../../../adapters/dynamodb/rehearsed-table.ts";
import { rehearsedConnection } from "../../../../application/rehearsal.ts";
import { defineModule } from "../../module.ts";
import { serviceId, services } from "../../services.ts";

const dynamoTable = serviceId<DynamoTable>("DynamoTable");

/** Stores connections and subscriptions in one table. */
export const stores = defineModule({
  settings: (settings) => {
    settings.oneOf("STORE", ["dynamodb"]);
    return { name: settings.text("TABLE_NAME"), index: settings.text("GSI1_NAME") };
  },
  services: (provide, names) => {
    provide(dynamoTable, {}, () => ({ ...names, documents: makeDocumentClient(), ...TABLE_BUDGETS }));
    provide(services.connectionStore, { table: dynamoTable }, ({ table }) => new DynamoConnectionStore(table));
    provide(services.subscriptionStore, { table: dynamoTable }, ({ table }) => new DynamoSubscriptionStore(table));
  },
  rehearsal: (get) => {
    const made = rehearsedConnection(get(services.clock).now());
    const rehearsed = rehearsedTable(get(dynamoTable), made);
    return {
      ...made,
      connections: new DynamoConnectionStore(rehearsed),
      subscriptions: new DynamoSubscriptionStore(rehearsed),
    };
  },
});

/** Beside `stores`. The following modules are apart, so that a function's bundle has only the adapters that it uses. */
export const renewals = /* @__PURE__ */ defineModule({
  services: (provide) => {
    provide(services.connectionRenewals, { table: dynamoTable }, ({ table }) => new DynamoConnectionRenewals(table));
  },
});

export const endings = /* @__PURE__ */ defineModule({
  services: (provide) => {
    provide(services.endingConnections, { table: dynamoTable }, ({ table }) => new DynamoEndingConnections(table));
  },
});

export const reviews = /* @__PURE__ */ defineModule({
  services: (provide) => {
    provide(services.subscriptionReviews, { table: dynamoTable }, ({ table }) => new DynamoSubscriptionReviews(table));
  },
});

export const administeredAccess = /* @__PURE__ */ defineModule({
  services: (provide) => {
    provide(services.administeredAccess, { table: dynamoTable }, ({ table }) => new DynamoAdministeredAccess(table));
  },
});

export const revocations = /* @__PURE__ */ defineModule({
  services: (provide) => {
    provide(services.revocationList, { table: dynamoTable }, ({ table }) => new DynamoRevocationList(table));
  },
});
