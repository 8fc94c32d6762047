import { FixedSigningSecrets } from "../../../../adapters/in-memory/fixed-signing-secrets.ts";
import { defineModule } from "../../module.ts";
import { services } from "../../services.ts";
import { signingSecrets as managed } from "./secrets-manager.ts";

/** One secret from the environment, for tests. */
const fixed = defineModule({
  settings: (settings) => settings.signingSecret("JWT_SECRET"),
  services: (provide, secret) => {
    provide(services.signingSecrets, {}, () => new FixedSigningSecrets(secret));
  },
});

/** For `npm start`, whose emulator has Secrets Manager, and for tests. */
export const signingSecrets = defineModule({
  settings: (settings) => {
    const module = settings.oneOf("SECRETS", ["local", "secrets-manager"]) === "local" ? fixed : managed;
    return { module, values: module.settings?.(settings) };
  },
  services: (provide, { module, values }) => module.services(provide, values),
});
