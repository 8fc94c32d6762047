import { FixedSigningSecrets } from "../../../../adapters/in-memory/fixed-signing-secrets.ts";
import { defineModule } from "../../module.ts";
import { services } from "../../services.ts";

/** One secret from the environment, for `npm start` and tests. */
export const signingSecrets = defineModule({
  settings: (settings) => {
    settings.oneOf("SECRETS", ["local"]);
    return settings.signingSecret("JWT_SECRET");
  },
  services: (provide, secret) => {
    provide(services.signingSecrets, {}, () => new FixedSigningSecrets(secret));
  },
});
