import { FixedSigningSecrets } from "../../../adapters/in-memory/fixed-signing-secrets.ts";
import { secretsManagerClient } from "../../../adapters/secrets-manager/secrets-manager-client.ts";
import { SecretsManagerSource } from "../../../adapters/secrets-manager/secrets-manager-source.ts";
import type { Logger } from "../../../application/ports/logger.ts";
import type { SigningSecrets } from "../../../application/ports/signing-secrets.ts";
import type { Clock } from "../../../application/ports/system.ts";
import { makeCachedSigningSecrets } from "../../../application/secrets/cached-signing-secrets.ts";
import { defineModule } from "../module.ts";
import { services } from "../services.ts";
import type { Settings } from "../settings.ts";
import { readMaxLifetimeSeconds } from "../token-settings.ts";

type Dependencies = { readonly clock: Clock; readonly logger: Logger };

/** The secrets that sign tokens. */
export const signing = defineModule({
  settings: signingSecrets,
  services: (provide, makeSecrets) => {
    provide(services.signingSecrets, { clock: services.clock, logger: services.logger }, makeSecrets);
  },
});

function signingSecrets(settings: Settings): (deps: Dependencies) => SigningSecrets {
  const tokenLifetimeSeconds = readMaxLifetimeSeconds(settings);
  if (settings.oneOf("SECRETS", ["local", "secrets-manager"]) === "local") {
    const secret = settings.signingSecret("JWT_SECRET");
    return () => new FixedSigningSecrets(secret);
  }
  const secretId = settings.text("JWT_SECRET_ID");
  return ({ clock, logger }) =>
    makeCachedSigningSecrets({
      source: new SecretsManagerSource(secretsManagerClient({}), secretId),
      clock,
      logger,
      tokenLifetimeSeconds,
    });
}
