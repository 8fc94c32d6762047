import { makeGrantedAccess } from "../../../application/subscriptions/granted-access.ts";
import { readDefaultGrants } from "../default-grants-setting.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";

/** Decides who may follow what. A policy of your own replaces `makeGrantedAccess` here (docs/access.md). */
export const access = defineModule({
  settings: readDefaultGrants,
  services: (provide, defaultGrants) => {
    provide(services.accessPolicy, { administered: services.administeredAccess, clock: services.clock }, (deps) =>
      makeGrantedAccess({ ...deps, defaultGrants }),
    );
  },
});
