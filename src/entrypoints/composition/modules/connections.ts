import { makeCloseConnection } from "../../../application/connections/open-and-close.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Closes connections. */
export const connections = defineModule({
  services: (provide) => {
    provide(
      services.closeConnection,
      { connections: services.connectionStore, subscriptions: services.subscriptionStore, clock: services.clock },
      makeCloseConnection,
    );
  },
});
