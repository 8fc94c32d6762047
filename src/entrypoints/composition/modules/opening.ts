import { makeOpenConnection } from "../../../application/connections/open-and-close.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";
import type { Settings } from "../settings.ts";

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

/** The most live connections of one user; 0 for no limit. */
export function readConnectionLimit(settings: Settings): number {
  return settings.wholeNumber("CONNECTION_LIMIT", { min: 0, max: 1000, fallback: 50 });
}
