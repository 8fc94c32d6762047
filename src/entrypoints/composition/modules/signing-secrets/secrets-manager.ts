import { makeSecretsManagerClient } from "../../../../adapters/secrets-manager/secrets-manager-client.ts";
import { SecretsManagerSource } from "../../../../adapters/secrets-manager/secrets-manager-source.ts";
import { makeCachedSigningSecrets } from "../../../../application/secrets/cached-signing-secrets.ts";
import { readMaxLifetimeSeconds } from "../../max-lifetime.ts";
import { defineModule } from "../../module.ts";
import { services } from "../../services.ts";

/** Caches the secret's versions in Secrets Manager. */
export const signingSecrets = defineModule({
  settings: (settings) => {
    settings.oneOf("SECRETS", ["secrets-manager"]);
    return { secretId: settings.text("JWT_SECRET_ID"), tokenLifetimeSeconds: readMaxLifetimeSeconds(settings) };
  },
  services: (provide, { secretId, tokenLifetimeSeconds }) => {
    provide(services.signingSecrets, { clock: services.clock, logger: services.logger }, ({ clock, logger }) =>
      makeCachedSigningSecrets({
        source: new SecretsManagerSource(makeSecretsManagerClient(), secretId),
        clock,
        logger,
        tokenLifetimeSeconds,
      }),
    );
  },
});
