import { makeCloseConnection, makeOpenConnection } from "../../../application/connections/open-and-close.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Opens and closes connections. */
export const connections = defineModule({
  services: (provide) => {
    provide(services.openConnection, { connections: services.connectionStore }, makeOpenConnection);
    provide(
      services.closeConnection,
      { connections: services.connectionStore, subscriptions: services.subscriptionStore, clock: services.clock },
      makeCloseConnection,
    );
  },
});
