import { grantsId } from "../../../adapters/grants-id.ts";
import { issuerId } from "../../../adapters/issuer-id.ts";
import { makeRenewConnection } from "../../../application/connections/renew-connection.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Renews the tokens of open connections. */
export const renewing = defineModule({
  services: (provide) => {
    provide(
      services.renewConnection,
      {
        verifyToken: services.verifyToken,
        renewals: services.connectionRenewals,
        revocations: services.revocationList,
        tasks: services.deferredTasks,
        clock: services.clock,
      },
      (deps) => makeRenewConnection({ ...deps, issuerIds: issuerId, grantsIds: grantsId }),
    );
  },
});
