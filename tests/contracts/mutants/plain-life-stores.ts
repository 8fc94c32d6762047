import type { LifeStores } from "../../support/life-stores.ts";
import { PlainAdministeredAccess } from "./plain-administered-access.ts";
import { PlainConnectionStore } from "./plain-connection-store.ts";
import { PlainSubscriptionStore } from "./plain-subscription-store.ts";

type Connections = new (pageSize?: number) => PlainConnectionStore;
type Subscriptions = new (connections: PlainConnectionStore) => PlainSubscriptionStore;

/** The stores of one table, with a mistake in one of them. */
export function plainLifeStores(
  Connections: Connections = PlainConnectionStore,
  Subscriptions: Subscriptions = PlainSubscriptionStore,
  pageSize?: number,
): LifeStores {
  const connections = new Connections(pageSize);
  const subscriptions = new Subscriptions(connections);
  const administered = new PlainAdministeredAccess();
  return {
    connections,
    subscriptions,
    renewals: connections,
    endings: connections,
    reviews: subscriptions,
    administered,
  };
}
