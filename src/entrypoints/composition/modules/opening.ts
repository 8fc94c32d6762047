import { makeOpenConnection } from "../../../application/connections/open-and-close.ts";
import { readConnectionLimit } from "../connection-limit-setting.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Opens connections, up to a limit for each user. It is a separate module because closing needs no limit. */
export const opening = defineModule({
  settings: readConnectionLimit,
  services: (provide, limit) => {
    provide(
      services.openConnection,
      { connections: services.connectionStore, revocations: services.revocationList, clock: services.clock },
      (deps) => makeOpenConnection({ ...deps, limit }),
    );
  },
});
