import { issuerId } from "../../../adapters/issuer-id.ts";
import { makeCheckAdmission } from "../../../application/access/check-admission.ts";
import { readConnectionLimit } from "../connection-limit-setting.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Tells what a handshake would be answered. */
export const checking = defineModule({
  settings: readConnectionLimit,
  services: (provide, limit) => {
    provide(
      services.checkAdmission,
      {
        authorize: services.authorizeConnection,
        connections: services.connectionStore,
        revocations: services.revocationList,
        clock: services.clock,
      },
      (deps) => makeCheckAdmission({ ...deps, issuerIds: issuerId, limit }),
    );
  },
});
