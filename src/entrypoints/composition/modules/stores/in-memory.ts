import { MemoryAdministeredAccess } from "../../../../adapters/in-memory/memory-administered-access.ts";
import { MemoryConnectionStore } from "../../../../adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../../adapters/in-memory/memory-revocation-list.ts";
import { MemorySubscriptionStore } from "../../../../adapters/in-memory/memory-subscription-store.ts";
import { defineModule } from "../../module.ts";
import { serviceId, services } from "../../services.ts";
import { memoryConnections as memory } from "./memory-connections.ts";

const subscriptions = serviceId<MemorySubscriptionStore>("MemorySubscriptionStore");

/** Stores connections and subscriptions in this process, for `npm start` and tests. */
export const stores = defineModule({
  settings: (settings) => settings.oneOf("STORE", ["memory"]),
  services: (provide) => {
    provide(memory, {}, () => new MemoryConnectionStore());
    provide(services.connectionStore, { memory }, ({ memory }) => memory);
    provide(subscriptions, { memory }, ({ memory }) => new MemorySubscriptionStore(memory));
    provide(services.subscriptionStore, { subscriptions }, ({ subscriptions }) => subscriptions);
  },
});

/** Beside `stores`, as of DynamoDB. */
export const renewals = defineModule({
  services: (provide) => provide(services.connectionRenewals, { memory }, ({ memory }) => memory),
});

export const endings = defineModule({
  services: (provide) => provide(services.endingConnections, { memory }, ({ memory }) => memory),
});

export const reviews = defineModule({
  services: (provide) => provide(services.subscriptionReviews, { subscriptions }, ({ subscriptions }) => subscriptions),
});

export const administeredAccess = defineModule({
  services: (provide) => provide(services.administeredAccess, {}, () => new MemoryAdministeredAccess()),
});

export const revocations = defineModule({
  services: (provide) => provide(services.revocationList, {}, () => new MemoryRevocationList()),
});
