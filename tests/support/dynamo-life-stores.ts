import { DynamoAdministeredAccess } from "../../src/adapters/dynamodb/dynamo-administered-access.ts";
import { DynamoConnectionRenewals } from "../../src/adapters/dynamodb/dynamo-connection-renewals.ts";
import { DynamoConnectionStore } from "../../src/adapters/dynamodb/dynamo-connection-store.ts";
import { DynamoEndingConnections } from "../../src/adapters/dynamodb/dynamo-ending-connections.ts";
import { DynamoSubscriptionReviews } from "../../src/adapters/dynamodb/dynamo-subscription-reviews.ts";
import { DynamoSubscriptionStore } from "../../src/adapters/dynamodb/dynamo-subscription-store.ts";
import type { DynamoTable } from "../../src/adapters/dynamodb/dynamo-table.ts";

/** Every store of a table that a connection's end concerns. */
export function dynamoLifeStores(table: DynamoTable) {
  return {
    connections: new DynamoConnectionStore(table),
    subscriptions: new DynamoSubscriptionStore(table),
    renewals: new DynamoConnectionRenewals(table),
    endings: new DynamoEndingConnections(table),
    reviews: new DynamoSubscriptionReviews(table),
    administered: new DynamoAdministeredAccess(table),
  };
}
